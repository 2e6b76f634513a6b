// What a chat page does: asks, shows the answer as it is said, and goes on after a lost connection.
// In a real page the key stays on your server, which passes the stream on.
import { Broker } from "../src/index.js";

/** Calls `show` with the text so far, each time that there is more; returns the whole. */
export async function chat(broker: Broker, userId: string, text: string, show: (soFar: string) => void): Promise<string> {
  const { message_id } = await broker.send({ org_id: "demo", user_id: userId, client_id: "web", message: text });
  let soFar = "";
  for await (const event of broker.stream({ userId, messageId: message_id, orgId: "demo" })) {
    if (event.type === "queued") show(`(waiting, ${event.position - 1} before you)`);
    if (event.type === "retrying") show((soFar = ""));
    if (event.type === "error") throw new Error(event.error);
    if (event.type !== "frame") continue;
    if (event.frame.type === "progress") {
      soFar += String(event.frame["text"]);
      show(soFar);
    }
    if (event.frame.type === "complete") {
      const { responses } = event.frame["response"] as { responses: string[] };
      soFar = responses.join("\n");
      show(soFar);
    }
  }
  return soFar;
}
