import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
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
  const bytes = new TextEncoder().encode(BODY);
  assert.deepEqual(await verifyCallback(new Headers(headers()), bytes, options), callback);
  assert.deepEqual(await verifyCallback(new Headers(headers()), bytes.buffer, options), callback);
});

test("the case of the headers' names does not matter", async () => {
  const shouted = Object.fromEntries(Object.entries(headers()).map(([name, value]) => [name.toUpperCase(), value]));
  assert.equal((await verifyCallback(shouted, BODY, { secrets: [SECRET], nowSeconds: NOW })).status, "completed");
});

test("a callback that the broker signed with its private key is taken with the public one, which is no shared secret", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const options = { secrets: [SECRET, `whpk_${raw.toString("base64")}`], nowSeconds: NOW };
  const text = Buffer.from(`msg_1.${NOW}.${BODY}`);
  const signed = headers({ "webhook-signature": `v1,AAAA v1a,${sign(null, text, privateKey).toString("base64")}` });
  assert.equal((await verifyCallback(signed, BODY, options)).status, "completed");
  const forged = headers({ "webhook-signature": `v1,${createHmac("sha256", raw).update(text).digest("base64")}` });
  await assert.rejects(verifyCallback(forged, BODY, options), CallbackRefused);
});

test("a secret that is none is the caller's error", async () => {
  for (const secret of ["", "whsec_", "whsk_AAAA", "whsec_ä"]) {
    await assert.rejects(verifyCallback(headers(), BODY, { secrets: [secret], nowSeconds: NOW }), TypeError);
  }
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
