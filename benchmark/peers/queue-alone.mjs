// node queue-alone.mjs PEER REDIS_URL CONVERSATIONS EACH AT_A_TIME
// Appends, 64 at a time, then works off with a handler that does nothing. Prints {"append_nanos", "drain_nanos"}.
import { open } from "./queues.mjs";

const [peer, redisUrl, conversations, each, atATime] = process.argv.slice(2);
const all = Number(conversations) * Number(each);
const queue = open(peer, redisUrl, "alone");
const text = "x".repeat(280);

const started = process.hrtime.bigint();
let next = 0;
await Promise.all(
  Array.from({ length: 64 }, async () => {
    while (next < all) {
      const i = next++;
      await queue.add(`user-${i % Number(conversations)}`, { message: text });
    }
  }),
);
const appended = process.hrtime.bigint();

let done = 0;
await new Promise((resolve) => {
  queue.work(Number(atATime), async () => {
    if (++done === all) resolve();
  });
});
const drained = process.hrtime.bigint();
console.log(JSON.stringify({ append_nanos: Number(appended - started), drain_nanos: Number(drained - appended) }));
process.exit(0);
