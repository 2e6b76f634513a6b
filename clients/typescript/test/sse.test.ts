import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvents, type SseEvent } from "../src/sse.js";

async function read(text: string, cutEvery: number): Promise<SseEvent[]> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += cutEvery)));
    },
  });
  const events: SseEvent[] = [];
  for await (const event of readEvents(body, 10_000)) events.push(event);
  return events;
}

test("reads events however they are cut, with any line end", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = [": hello", "id: 1-0", "event: queued", 'data: {"a":"ü€😀"}', "", "data:one", "data: two", "", "data: unfinished"].join(end);
    for (let cut = 1; cut <= 7; cut++) {
      assert.deepEqual(await read(text, cut), [
        { id: "1-0", event: "queued", data: '{"a":"ü€😀"}' },
        { id: "1-0", event: "message", data: "one\ntwo" },
      ]);
    }
  }
});

test("a stream that says nothing, not even a comment, is broken", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: one\n\ndata: tw")),
    cancel: () => void (cancelled = true),
  });
  const events: SseEvent[] = [];
  await assert.rejects(async () => {
    for await (const event of readEvents(body, 50)) events.push(event);
  }, /silent for 50 ms/);
  assert.deepEqual(events.map((event) => event.data), ["one"]);
  assert.ok(cancelled);
});

test("a long answer in many pieces takes no longer than its length", { timeout: 10_000 }, async () => {
  const [event] = await read(`data: ${"a".repeat(8_000_000)}\n\n`, 1000);
  assert.equal(event?.data.length, 8_000_000);
});

test("an event without data is none", async () => {
  assert.deepEqual(await read("event: queued\n\n: ping\n\nid: 7\n\n", 3), []);
});
