// A chat gateway without state: hands each message over, and sends on what comes back. What `gateway` returns is the `fetch` of
// a Cloudflare Worker; here Node serves it:
//   npm run examples
//   BROKER_API_KEY=brk_… BROKER_CALLBACK_SIGNING_SECRET=whsec_… node build/examples/callback-gateway.js
//   curl http://127.0.0.1:9100/incoming -d '{"id":"1","user":"ann","text":"Hello"}'
import { Broker, BrokerError, CallbackRefused, verifyCallback, type Callback } from "../src/index.js";
import { serve } from "./serve.js";

export interface GatewaySettings {
  broker: Broker;
  /** Of the broker's callbacks. */
  secrets: string[];
  /** Where the broker finds this gateway. */
  publicUrl: string;
  /** To the chat network. */
  say: (userId: string, text: string) => Promise<void>;
}

export function gateway({ broker, secrets, publicUrl, say }: GatewaySettings): (request: Request) => Promise<Response> {
  // Callbacks may come twice. A gateway of several processes keeps this where all of them see it.
  const seen = new Set<string>();
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== "POST") return new Response(null, { status: 405 });
    if (pathname === "/incoming") return incoming(request);
    if (pathname === "/answers") return answers(request);
    return new Response(null, { status: 404 });
  };

  /** From the chat network: `{"id","user","text"}`. Its id makes a redelivery the same message. */
  async function incoming(request: Request): Promise<Response> {
    const { id, user, text } = (await request.json()) as { id: string; user: string; text: string };
    try {
      await broker.send({
        org_id: "demo",
        user_id: user,
        client_id: "gateway",
        client_message_id: id,
        message: text,
        callback_url: `${publicUrl}/answers`,
      });
      return new Response(null, { status: 200 });
    } catch (failure) {
      // Delivered again it would only be refused again; all else the chat network delivers again.
      const refused = failure instanceof BrokerError && failure.status < 500 && failure.status !== 429;
      return new Response(null, { status: refused ? 400 : 503 });
    }
  }

  /** From the broker. Whatever throws here is a 500, and the callback comes again. */
  async function answers(request: Request): Promise<Response> {
    let callback: Callback;
    try {
      callback = await verifyCallback(request.headers, await request.arrayBuffer(), { secrets });
    } catch (failure) {
      if (failure instanceof CallbackRefused) return new Response(null, { status: 401 });
      throw failure;
    }
    const webhookId = request.headers.get("webhook-id") ?? "";
    if (!seen.has(webhookId)) {
      const texts = callback.status === "completed" ? (callback.responses ?? []) : ["Sorry, that did not work."];
      for (const text of texts) await say(callback.user_id, text);
      seen.add(webhookId);
    }
    return new Response(null, { status: 204 });
  }
}

if (process.argv[1]?.endsWith("callback-gateway.js")) {
  const { BROKER_URL, BROKER_API_KEY, BROKER_CALLBACK_SIGNING_SECRET, PUBLIC_URL } = process.env;
  const handle = gateway({
    broker: new Broker({ url: BROKER_URL ?? "http://127.0.0.1:8080", key: BROKER_API_KEY ?? "" }),
    secrets: (BROKER_CALLBACK_SIGNING_SECRET ?? "").split(","),
    publicUrl: PUBLIC_URL ?? "http://127.0.0.1:9100",
    say: async (user, text) => console.log(`to ${user}: ${text}`),
  });
  await serve(handle, 9100);
}
