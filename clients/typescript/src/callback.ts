import type { components } from "./openapi.js";

type Answer = components["schemas"]["ChatResponse"];

/** Which message a callback is of. */
interface Of {
  message_id: string;
  client_message_id?: string;
  user_id: string;
  org_id: string;
  client_id: string;
  /** As it was sent. */
  metadata?: Record<string, unknown>;
}

/** What the broker posts to a `callback_url`: the worker's answer, or why there is none. */
export type Callback =
  | (Of & { status: "completed" } & Answer)
  | (Of & { status: "error"; error: string; error_code: string });

export interface VerifyOptions {
  /** `whsec_…`; several while they are changed. */
  secrets: readonly string[];
  /** Older or newer than this is refused, as it may be replayed. Default 300. */
  toleranceSeconds?: number;
  /** For tests. */
  nowSeconds?: number;
}

/** A callback that is not, or not lately, from the broker. Answer 401. */
export class CallbackRefused extends Error {
  constructor(reason: string) {
    super(`callback refused: ${reason}`);
    this.name = "CallbackRefused";
  }
}

/**
 * Checks the signature of a callback (Standard Webhooks, `v1`) and returns what it says.
 *
 * Give the body as it arrived, before anyone parsed it. The same callback may arrive twice: drop repetitions by `webhook-id`.
 */
export async function verifyCallback(
  headers: Headers | Record<string, string | string[] | undefined>,
  body: string | Uint8Array,
  options: VerifyOptions,
): Promise<Callback> {
  const id = header(headers, "webhook-id");
  const timestamp = header(headers, "webhook-timestamp");
  const given = header(headers, "webhook-signature");
  const now = options.nowSeconds ?? Date.now() / 1000;
  if (!/^\d{1,12}$/.test(timestamp)) throw new CallbackRefused("webhook-timestamp is no number");
  if (Math.abs(now - Number(timestamp)) > (options.toleranceSeconds ?? 300)) {
    throw new CallbackRefused("webhook-timestamp is too far from now");
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + bytes.length);
  signed.set(head);
  signed.set(bytes, head.length);
  const signatures = given.split(" ").flatMap((one) => (one.startsWith("v1,") ? [one.slice(3)] : []));
  for (const secret of options.secrets) {
    const key = await crypto.subtle.importKey(
      "raw",
      decoded(secret.replace(/^whsec_/, "")) ?? fail("a secret is not base64"),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    for (const signature of signatures) {
      const mac = decoded(signature);
      // Compares in constant time.
      if (mac !== undefined && (await crypto.subtle.verify("HMAC", key, mac, signed))) {
        return JSON.parse(new TextDecoder().decode(bytes)) as Callback;
      }
    }
  }
  throw new CallbackRefused("no signature fits");
}

function header(headers: Headers | Record<string, string | string[] | undefined>, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value !== "string" || value === "") throw new CallbackRefused(`${name} is missing`);
  return value;
}

function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function fail(reason: string): never {
  throw new TypeError(reason);
}
