import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { CallbackRefused, verifyCallback } from "../src/index.js";

const SECRET = "whsec_" + Buffer.from("a secret of thirty-two bytes ...").toString("base64");
const OTHER = "whsec_" + Buffer.from("another one").toString("base64");
const BODY = '{"message_id":"m","user_id":"ann","org_id":"demo","client_id":"web","status":"completed","responses":["Ünd"]}';
const NOW = 1_795_000_000;

function headers(changes: Record<string, string> = {}): Record<string, string> {
  const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const mac = createHmac("sha256", key).update(`msg_1.${NOW}.${BODY}`).digest("base64");
  return { "webhook-id": "msg_1", "webhook-timestamp": String(NOW), "webhook-signature": `v1a,AAAA v1,AAAA v1,${mac}`, ...changes };
}

test("a callback that the broker signed is taken, with any of the secrets, as text or as bytes", async () => {
  const options = { secrets: [OTHER, SECRET], nowSeconds: NOW + 299 };
  const callback = await verifyCallback(headers(), BODY, options);
  assert.equal(callback.status, "completed");
  assert.deepEqual(await verifyCallback(new Headers(headers()), new TextEncoder().encode(BODY), options), callback);
});

const refused: [string, Record<string, string>, string, string[], number][] = [
  ["another body", {}, BODY.replace("ann", "eve"), [SECRET], NOW],
  ["another secret", {}, BODY, [OTHER], NOW],
  ["no secret", {}, BODY, [], NOW],
  ["another id", { "webhook-id": "msg_2" }, BODY, [SECRET], NOW],
  ["an old one", {}, BODY, [SECRET], NOW + 301],
  ["one from the future", {}, BODY, [SECRET], NOW - 301],
  ["no signature", { "webhook-signature": "" }, BODY, [SECRET], NOW],
  ["no number as time", { "webhook-timestamp": "soon" }, BODY, [SECRET], NOW],
];
for (const [what, changes, body, secrets, nowSeconds] of refused) {
  test(`${what} is refused`, async () => {
    await assert.rejects(verifyCallback(headers(changes), body, { secrets, nowSeconds }), CallbackRefused);
  });
}
