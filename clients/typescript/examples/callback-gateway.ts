// A chat gateway without state: hands each message over, and sends on what comes back.
//   BROKER_URL=http://127.0.0.1:8080 BROKER_API_KEY=… BROKER_CALLBACK_SIGNING_SECRET=whsec_… PUBLIC_URL=http://127.0.0.1:9100 node callback-gateway.js
import { createServer, type IncomingMessage, type Server } from "node:http";
import { Broker, BrokerError, CallbackRefused, verifyCallback } from "../src/index.js";

export interface GatewaySettings {
  broker: Broker;
  /** Of the broker's callbacks. */
  secrets: string[];
  /** Where the broker finds this gateway. */
  publicUrl: () => string;
  /** To the chat network. */
  say: (userId: string, text: string) => void;
}

export function gateway({ broker, secrets, publicUrl, say }: GatewaySettings): Server {
  // Callbacks may come twice. A gateway of several processes keeps this where all of them see it.
  const seen = new Set<string>();
  return createServer(async (request, response) => {
    const answer = (status: number): void => void response.writeHead(status).end();
    const body = await read(request);
    if (request.url === "/incoming") {
      // From the chat network: {"id","user","text"}. Its id makes a redelivery the same message.
      const { id, user, text } = JSON.parse(body) as { id: string; user: string; text: string };
      try {
        await broker.send({
          org_id: "demo",
          user_id: user,
          client_id: "gateway",
          client_message_id: id,
          message: text,
          callback_url: `${publicUrl()}/answers`,
        });
        answer(200);
      } catch (failure) {
        // Let the chat network deliver it again.
        answer(failure instanceof BrokerError && failure.status < 500 && failure.status !== 429 ? 400 : 503);
      }
      return;
    }
    try {
      const callback = await verifyCallback(request.headers, body, { secrets });
      const webhookId = String(request.headers["webhook-id"]);
      if (!seen.has(webhookId)) {
        seen.add(webhookId);
        const texts = callback.status === "completed" ? (callback.responses ?? []) : ["Sorry, that did not work."];
        for (const text of texts) say(callback.user_id, text);
      }
      answer(204);
    } catch (failure) {
      answer(failure instanceof CallbackRefused ? 401 : 500);
    }
  });
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

if (process.argv[1]?.endsWith("callback-gateway.js")) {
  const { BROKER_URL, BROKER_API_KEY, BROKER_CALLBACK_SIGNING_SECRET, PUBLIC_URL } = process.env;
  gateway({
    broker: new Broker({ url: BROKER_URL ?? "http://127.0.0.1:8080", key: BROKER_API_KEY ?? "" }),
    secrets: (BROKER_CALLBACK_SIGNING_SECRET ?? "").split(","),
    publicUrl: () => PUBLIC_URL ?? "http://127.0.0.1:9100",
    say: (user, text) => console.log(`to ${user}: ${text}`),
  }).listen(9100);
}
