import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Broker, BrokerError, type BrokerEvent } from "../src/index.js";

type Answer = (attempt: number, lastEventId: string | undefined, response: ServerResponse, url: string) => void;

async function served(answer: Answer): Promise<[Server, Broker]> {
  let attempt = 0;
  const server = createServer((request, response) => {
    answer(++attempt, request.headers["last-event-id"] as string | undefined, response, request.url ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return [server, new Broker({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, key: "k" })];
}

async function all(broker: Broker, lastEventId?: string): Promise<BrokerEvent[]> {
  const events: BrokerEvent[] = [];
  const of = { userId: "a b+c/d?e", messageId: "m" };
  for await (const event of broker.stream(lastEventId === undefined ? of : { ...of, lastEventId })) events.push(event);
  return events;
}

test("a stream that breaks is taken up after its last event", async () => {
  const seen: (string | undefined)[] = [];
  const [server, broker] = await served((attempt, lastEventId, response) => {
    seen.push(lastEventId);
    response.writeHead(attempt === 2 ? 503 : 200, { "content-type": "text/event-stream" });
    if (attempt === 1) {
      response.write('id: 1\nevent: queued\ndata: {"message_id":"m","queue_position":1}\n\nid: 2\ndata: {"type":"progress","text":"a"}\n\nid: 3\ndata: {"typ');
      setTimeout(() => response.destroy(), 50);
    } else if (attempt === 2) {
      response.end('{"code":"store_away"}');
    } else {
      response.end('id: 3\ndata: {"type":"progress","text":"b"}\n\nid: 4\nevent: done\ndata: {"message_id":"m"}\n\n');
    }
  });
  try {
    const events = await all(broker);
    assert.deepEqual(events.map((event) => event.id), ["1", "2", "3", "4"]);
    assert.deepEqual(events.map((event) => event.type), ["queued", "frame", "frame", "done"]);
    assert.deepEqual(seen, [undefined, "2", "2"]);
  } finally {
    server.close();
  }
});

test("a wait goes on after a cut and a broker that is away, and as late as that asks", async () => {
  const times: number[] = [];
  const [server, broker] = await served((attempt, _, response) => {
    times.push(performance.now());
    if (attempt === 1) response.destroy();
    else if (attempt === 2) response.writeHead(429, { "retry-after": "2" }).end('{"code":"too_many_attempts"}');
    else response.end(`{"message_id":"m","status":"${attempt === 3 ? "processing" : "completed"}"}`);
  });
  try {
    assert.equal((await broker.wait("m")).status, "completed");
    assert.equal(times.length, 4);
    assert.ok((times[2] ?? 0) - (times[1] ?? 0) >= 2000);
  } finally {
    server.close();
  }
});

test("a wait for what is no message of a broker ends", async () => {
  const [server, broker] = await served((attempt, _, response) => {
    if (attempt === 1) response.writeHead(404).end('{"code":"message_unknown"}');
    else if (attempt === 2) response.end("<html>");
    else response.writeHead(302, { location: "/elsewhere" }).end();
  });
  try {
    await assert.rejects(broker.wait("m"), (failure) => failure instanceof BrokerError && failure.code === "message_unknown");
    await assert.rejects(broker.wait("m"), SyntaxError);
    // Not followed: the key is for nobody else.
    await assert.rejects(broker.wait("m"), (failure) => failure instanceof BrokerError && failure.status === 302);
  } finally {
    server.close();
  }
});

test("a wait that is given up while the broker is away ends at once", async () => {
  const [server, broker] = await served((_, __, response) => void response.writeHead(503, { "retry-after": "30" }).end());
  try {
    await assert.rejects(broker.wait("m", { signal: AbortSignal.timeout(200) }), (failure) => (failure as Error).name === "TimeoutError");
  } finally {
    server.close();
  }
});

test("an empty stream ends only if the message has", async () => {
  let looks = 0;
  const [server, broker] = await served((_, __, response, url) => {
    if (url.startsWith("/api/v1/message")) response.end(`{"status":"${++looks === 1 ? "processing" : "completed"}"}`);
    else response.writeHead(200, { "content-type": "text/event-stream" }).end();
  });
  try {
    assert.deepEqual(await all(broker, "9"), []);
    assert.equal(looks, 2);
  } finally {
    server.close();
  }
});

test("a fetch of one's own is called as a browser's must be", async () => {
  const broker = new Broker({
    url: "http://127.0.0.1:1",
    key: "k",
    fetch: async function (this: unknown) {
      assert.equal(this, undefined);
      return Response.json({ message_id: "m" });
    },
  });
  assert.equal((await broker.message("m")).message_id, "m");
});

test("an address that is none is refused at once", () => {
  assert.throws(() => new Broker({ url: "broker.example", key: "k" }), TypeError);
});

test("what the broker refuses is not asked again", async () => {
  let asked = 0;
  const [server, broker] = await served((attempt, _, response) => {
    asked = attempt;
    response.writeHead(404, { "content-type": "application/problem+json" }).end('{"code":"unknown_message","detail":"m"}');
  });
  try {
    await assert.rejects(all(broker, "7"), (failure) => failure instanceof BrokerError && failure.code === "unknown_message");
    assert.equal(asked, 1);
  } finally {
    server.close();
  }
});

test("leaving a stream closes its connection", async () => {
  let closed: () => void = () => undefined;
  const isClosed = new Promise<void>((resolve) => (closed = resolve));
  const [server, broker] = await served((_, __, response) => {
    response.on("close", closed);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('id: 1\nevent: processing\ndata: {}\n\n');
  });
  try {
    for await (const event of broker.stream({ userId: "u", messageId: "m" })) {
      assert.equal(event.type, "processing");
      break;
    }
    await isClosed;
  } finally {
    server.close();
  }
});
