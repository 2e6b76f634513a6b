// What the live overview has said since this page was opened, for the charts. Bounded.

const KEPT = 300;
const samples = [];

/** Takes an overview in; rates come from the difference to the one before. */
export function remember(overview) {
  const at = Date.parse(overview.at) / 1000;
  const before = samples.at(-1);
  if (before && at <= before.at) return;
  const passed = before ? at - before.at : 0;
  const counters = {
    accepted: overview.messages.accepted,
    completed: overview.messages.completed,
    failed: overview.messages.failed,
  };
  const rates = {};
  for (const [name, value] of Object.entries(counters)) {
    rates[name] = before ? Math.max(0, (value - before.counters[name]) / passed) : 0;
  }
  samples.push({
    at,
    counters,
    rates,
    waiting: overview.messages.waiting,
    running: overview.messages.running,
    delayed: overview.messages.delayed,
    head: overview.messages.longest_head_seconds,
    callbackHead: overview.callbacks.longest_head_seconds,
    redis: overview.redis.answered_in_seconds,
  });
  if (samples.length > KEPT) samples.shift();
}

export const all = () => samples;

export function forget() {
  samples.length = 0;
}
