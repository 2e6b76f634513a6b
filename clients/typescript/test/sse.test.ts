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
  for await (const event of readEvents(body)) events.push(event);
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

test("an event without data is none", async () => {
  assert.deepEqual(await read("event: queued\n\n: ping\n\nid: 7\n\n", 3), []);
});
