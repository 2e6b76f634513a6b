// How it all stands, in a sentence or a few: what an operator wants to know first.

import { duration, plural } from './format.js';

const STUCK_SECONDS = 120;

/** @returns {level: 'good' | 'warn' | 'bad', lines: [{ text, href? }]} */
export function verdict(overview) {
  const bad = [];
  const warn = [];
  const { messages, callbacks, dispatchers, deliverers, pauses, redis } = overview;
  const open = dispatchers.filter((one) => one.state !== 'ok');
  if (dispatchers.length === 0) bad.push({ text: 'No dispatcher is alive: messages are accepted, and wait.' });
  else if (open.length === dispatchers.length) bad.push({ text: 'The worker does not answer: every dispatcher holds its calls back and probes.' });
  else if (open.length > 0) warn.push({ text: `${open.length} of ${plural(dispatchers.length, 'dispatcher')} cannot reach the worker.` });
  const cut = deliverers.filter((one) => one.state !== 'ok');
  if (deliverers.length === 0) bad.push({ text: 'No deliverer is alive: results wait.' });
  else if (cut.length > 0) warn.push({ text: `A callback endpoint does not answer ${cut.length} of ${plural(deliverers.length, 'deliverer')}.` });
  if (pauses.some((pause) => pause.scope === 'all')) warn.push({ text: 'Everything is paused.', href: '#/conversations?state=paused' });
  else if (pauses.length > 0) warn.push({ text: `${plural(pauses.length, 'pause')} in force.`, href: '#/conversations?state=paused' });
  if (messages.longest_head_seconds > STUCK_SECONDS) {
    warn.push({ text: `A conversation has stood at one message for ${duration(messages.longest_head_seconds)}.`, href: '#/conversations?state=stuck' });
  }
  if (callbacks.longest_head_seconds > STUCK_SECONDS) {
    warn.push({ text: `A result has been undelivered for ${duration(callbacks.longest_head_seconds)}.`, href: '#/pending?lane=callbacks' });
  }
  const dead = messages.dead_letters + callbacks.dead_letters;
  if (dead > 0) warn.push({ text: `${plural(dead, 'dead letter')} to look at.`, href: deadHref(messages) });
  if (redis.max_memory_bytes && redis.used_memory_bytes / redis.max_memory_bytes > 0.8) {
    bad.push({ text: 'Redis is close to the memory at which it refuses writes.' });
  }
  if (redis.disk_writes === false) bad.push({ text: 'Redis cannot write to its disk, and refuses what is new.' });
  if (redis.answered_in_seconds > 0.25) warn.push({ text: `Redis is slow: it took ${duration(redis.answered_in_seconds)} to answer.` });
  if (bad.length + warn.length === 0) return { level: 'good', lines: [{ text: 'All is well.' }] };
  return { level: bad.length > 0 ? 'bad' : 'warn', lines: [...bad, ...warn] };
}

const deadHref = (messages) => (messages.dead_letters > 0 ? '#/dead-letters' : '#/dead-letters?lane=callbacks');
