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
  /** `whsec_…`, or `whpk_…` where the broker signs with a private key; several while they are changed. */
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

/** Of a request, however its server gives them; the case of names does not matter. */
export type CallbackHeaders = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

/**
 * Checks the signature of a callback (Standard Webhooks, `v1` and `v1a`) and returns what it says.
 *
 * Give the body as it arrived, before anyone parsed it. The same callback may arrive twice: drop repetitions by `webhook-id`.
 */
export async function verifyCallback(
  headers: CallbackHeaders,
  body: string | Uint8Array | ArrayBuffer,
  options: VerifyOptions,
): Promise<Callback> {
  const id = header(headers, "webhook-id");
  const timestamp = header(headers, "webhook-timestamp");
  const signatures = header(headers, "webhook-signature").split(" ");
  const now = options.nowSeconds ?? Date.now() / 1000;
  if (!/^\d{1,12}$/.test(timestamp)) throw new CallbackRefused("webhook-timestamp is no number");
  if (!(Math.abs(now - Number(timestamp)) <= (options.toleranceSeconds ?? 300))) {
    throw new CallbackRefused("webhook-timestamp is too far from now");
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + bytes.length);
  signed.set(head);
  signed.set(bytes, head.length);
  for (const secret of options.secrets) {
    const { scheme, algorithm, key } = await keyOf(secret.trim());
    for (const signature of signatures) {
      const mac = signature.startsWith(`${scheme},`) ? decoded(signature.slice(scheme.length + 1)) : undefined;
      // Compares in constant time.
      if (mac !== undefined && (await crypto.subtle.verify(algorithm, key, mac, signed))) {
        return JSON.parse(new TextDecoder().decode(bytes)) as Callback;
      }
    }
  }
  throw new CallbackRefused("no signature fits");
}

/** A public key is never taken for a shared secret: everybody may know it. */
async function keyOf(secret: string): Promise<{ scheme: string; algorithm: string; key: CryptoKey }> {
  const [scheme, algorithm, prefix] = secret.startsWith("whpk_") ? ["v1a", "Ed25519", "whpk_"] : ["v1", "HMAC", "whsec_"];
  const raw = decoded(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret);
  if (raw === undefined || raw.length === 0) throw new TypeError("a secret is not whsec_… or whpk_… and base64");
  const parameters = algorithm === "HMAC" ? { name: "HMAC", hash: "SHA-256" } : algorithm;
  return { scheme, algorithm, key: await crypto.subtle.importKey("raw", raw, parameters, false, ["verify"]) };
}

function header(headers: CallbackHeaders, name: string): string {
  const value =
    typeof headers.get === "function"
      ? headers.get(name)
      : Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1];
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
