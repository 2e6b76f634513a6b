// Against a running broker with its demo worker: BROKER_URL, BROKER_API_KEY, BROKER_CALLBACK_SIGNING_SECRET.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { test } from "node:test";
import { gateway } from "../examples/callback-gateway.js";
import { serve } from "../examples/serve.js";
import { webClient } from "../examples/streaming-web-client.js";
import { Broker, BrokerError, type BrokerEvent, type Submission } from "../src/index.js";
import { readEvents } from "../src/sse.js";

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

function address(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("ask returns the worker's answer", { skip }, async () => {
  const answer = await broker.ask({ ...by(newUser(), "Hello"), metadata: { thread: 7 } });
  assert.ok(answer.message_id);
  assert.ok((answer.responses ?? []).join().length > 0);
  const message = await broker.message(answer.message_id);
  assert.deepEqual(message.response?.responses, answer.responses);
  assert.deepEqual(message.metadata, { thread: 7 });
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

test("a stream that is told after its end has nothing to say, and ends", { skip }, async () => {
  const userId = newUser();
  const { message_id } = await broker.send(by(userId, "Hello"));
  const events: BrokerEvent[] = [];
  for await (const event of broker.stream({ userId, messageId: message_id })) events.push(event);
  for await (const event of broker.stream({ userId, messageId: message_id, lastEventId: events.at(-1)?.id })) assert.fail(event.type);
});

test("a connection that is cut again and again, anywhere, loses and repeats nothing", { skip }, async () => {
  const target = new URL(url ?? "");
  let cuts = 0;
  const proxy = createServer((near) => {
    // The head of the answer, and some events; never the same place twice.
    let bytesLeft = 900 + 7 * cuts;
    const far = connect(Number(target.port), target.hostname);
    const end = (): void => void (near.destroy(), far.destroy());
    near.on("error", end).on("close", end).pipe(far);
    far.on("error", end).on("close", end).on("data", (bytes) => {
      near.write(bytes.subarray(0, bytesLeft), bytes.length < bytesLeft ? undefined : end);
      if ((bytesLeft -= bytes.length) <= 0) cuts++;
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    const of = { userId: newUser(), messageId: "" };
    of.messageId = (await broker.send(by(of.userId, "Grüße 🙂 [drip=8x150]"))).message_id;
    const cut: BrokerEvent[] = [];
    const through = new Broker({ url: address(proxy), key });
    for await (const event of through.stream(of)) cut.push(event);
    const whole: BrokerEvent[] = [];
    for await (const event of broker.stream(of)) whole.push(event);
    assert.deepEqual(cut, whole);
    assert.ok(cuts > 2, `${cuts} cuts`);
  } finally {
    proxy.close();
  }
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
  const server = await serve((request) => handle(request));
  const handle = gateway({
    broker,
    secrets: [secret],
    publicUrl: address(server),
    say: async (to, text) => {
      assert.equal(to, user);
      if (said.push(text) === 3) all();
    },
  });
  try {
    for (const text of ["one", "two", "two", "three"]) {
      const taken = await fetch(`${address(server)}/incoming`, { method: "POST", body: JSON.stringify({ id: text, user, text }) });
      assert.equal(taken.status, 200);
    }
    await done;
    ["one", "two", "three"].forEach((word, at) => assert.match(said[at] ?? "", new RegExp(word)));
    const forged = await fetch(`${address(server)}/answers`, { method: "POST", body: "{}" });
    assert.equal(forged.status, 401);
  } finally {
    server.close();
  }
});

test("the example of a web client: the answer as it is said, and on after a lost connection", { skip }, async () => {
  const user = newUser();
  const server = await serve(webClient(broker, () => user));
  try {
    assert.match(await (await fetch(address(server))).text(), /EventSource/);
    const asked = await fetch(`${address(server)}/ask`, { method: "POST", body: "Hello [drip=5x100]" });
    const { message_id } = (await asked.json()) as { message_id: string };
    const watched = async (headers: Record<string, string>, many: number): Promise<BrokerEvent[]> => {
      const events: BrokerEvent[] = [];
      const response = await fetch(`${address(server)}/watch/${message_id}`, { headers });
      assert.ok(response.body);
      for await (const sse of readEvents(response.body, 30_000)) {
        if (events.push(JSON.parse(sse.data) as BrokerEvent) === many) break;
      }
      return events;
    };
    const begun = await watched({}, 4);
    const whole = [...begun, ...(await watched({ "last-event-id": begun.at(-1)?.id ?? "" }, Number.POSITIVE_INFINITY))];
    assert.deepEqual(whole, await watched({}, Number.POSITIVE_INFINITY));
    assert.equal(whole.at(-1)?.type, "done");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
