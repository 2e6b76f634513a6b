import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Broker, BrokerError, type BrokerEvent } from "../src/index.js";

async function served(answer: (attempt: number, lastEventId: string | undefined, response: ServerResponse) => void): Promise<[Server, Broker]> {
  let attempt = 0;
  const server = createServer((request, response) => {
    answer(++attempt, request.headers["last-event-id"] as string | undefined, response);
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
