// Against a running broker with its demo worker: BROKER_URL, BROKER_API_KEY, BROKER_CALLBACK_SIGNING_SECRET.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { chat } from "../examples/streaming-web-client.js";
import { gateway } from "../examples/callback-gateway.js";
import { Broker, BrokerError, type Submission } from "../src/index.js";

const url = process.env["BROKER_URL"];
const key = process.env["BROKER_API_KEY"] ?? "";
const secret = process.env["BROKER_CALLBACK_SIGNING_SECRET"] ?? "";
const skip = url === undefined ? "BROKER_URL is unset: no broker to test against" : false;
const broker = new Broker({ url: url ?? "http://127.0.0.1:1", key });

function by(user: string, text: string): Submission {
  return { org_id: "demo", user_id: user, client_id: "web", message: text };
}

function newUser(): string {
  return `ts-${randomUUID()}`;
}

test("ask returns the worker's answer", { skip }, async () => {
  const answer = await broker.ask(by(newUser(), "Hello"));
  assert.ok(answer.message_id);
  assert.ok((answer.responses ?? []).join().length > 0);
});

test("ask throws what became of a message that failed", { skip }, async () => {
  await assert.rejects(broker.ask(by(newUser(), "Hello [error]")), (failure) => {
    assert.ok(failure instanceof BrokerError);
    assert.ok(failure.problem.message_id);
    return failure.status === 502;
  });
});

test("the same client_message_id is the same message", { skip }, async () => {
  const message = { ...by(newUser(), "Once"), client_message_id: "1" };
  const first = await broker.send(message);
  assert.equal((await broker.send(message)).message_id, first.message_id);
  await assert.rejects(broker.send({ ...message, message: "Another" }), (failure) => failure instanceof BrokerError && failure.status === 409);
});

test("a wrong key is refused with a code", { skip }, async () => {
  const stranger = new Broker({ url: url ?? "", key: "wrong" });
  await assert.rejects(stranger.send(by(newUser(), "Hello")), (failure) => {
    return failure instanceof BrokerError && failure.status === 401 && failure.code !== "unknown";
  });
});

test("a stream tells everything from the start, and again after any event", { skip }, async () => {
  const userId = newUser();
  const { message_id } = await broker.send(by(userId, "Hello [drip=5x100]"));
  const of = { userId, messageId: message_id, orgId: "demo" };
  const ids: string[] = [];
  const types: string[] = [];
  for await (const event of broker.stream(of)) {
    ids.push(event.id ?? "none");
    types.push(event.type === "frame" ? String(event.frame.type) : event.type);
  }
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(types.at(-1), "done");
  assert.equal(types.filter((type) => type === "complete").length, 1);
  const rest: string[] = [];
  for await (const event of broker.stream({ ...of, lastEventId: ids[2] ?? "" })) rest.push(event.id ?? "none");
  assert.deepEqual(rest, ids.slice(3));
});

test("a stream says that an attempt is over and another follows", { skip }, async () => {
  const userId = newUser();
  const { message_id } = await broker.send(by(userId, "Hello [fail=500x1]"));
  const told: string[] = [];
  for await (const event of broker.stream({ userId, messageId: message_id })) {
    if (event.type === "processing") told.push(`attempt ${event.attempt}`);
    if (event.type === "retrying") {
      assert.equal(event.messageId, message_id);
      assert.ok(event.reason);
      told.push("retrying");
    }
    if (event.type === "other") told.push(event.event);
  }
  assert.deepEqual(told, ["attempt 1", "retrying", "attempt 2"]);
});

test("a cancelled message ends as cancelled", { skip }, async () => {
  const userId = newUser();
  const first = await broker.send(by(userId, "Hello [delay=60000]"));
  const second = await broker.send(by(userId, "Hello"));
  await broker.cancel(second.message_id);
  assert.equal((await broker.wait(second.message_id)).status, "cancelled");
  await broker.cancel(first.message_id);
  assert.equal((await broker.wait(first.message_id)).status, "cancelled");
  await assert.rejects(broker.cancel(first.message_id), (failure) => failure instanceof BrokerError && failure.status === 409);
});

test("the example of a gateway: an answer to each message, in order, once", { skip }, async () => {
  const said: string[] = [];
  let all: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (all = resolve));
  const user = newUser();
  const server = gateway({
    broker,
    secrets: [secret],
    publicUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    say: (to, text) => {
      assert.equal(to, user);
      if (said.push(text) === 3) all();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const incoming = `http://127.0.0.1:${(server.address() as AddressInfo).port}/incoming`;
    for (const text of ["one", "two", "two", "three"]) {
      const taken = await fetch(incoming, { method: "POST", body: JSON.stringify({ id: text, user, text }) });
      assert.equal(taken.status, 200);
    }
    await done;
    ["one", "two", "three"].forEach((word, at) => assert.match(said[at] ?? "", new RegExp(word)));
    const forged = await fetch(incoming.replace("incoming", "answers"), { method: "POST", body: "{}" });
    assert.equal(forged.status, 401);
  } finally {
    server.close();
  }
});

test("the example of a web client: the answer as it is said, and whole", { skip }, async () => {
  const shown: string[] = [];
  const answer = await chat(broker, newUser(), "Hello there", (soFar) => void shown.push(soFar));
  assert.ok(shown.length > 1);
  assert.equal(shown.at(-1), answer);
});
