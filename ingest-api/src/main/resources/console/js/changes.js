// What happened between two looks at a conversation, in sentences, the oldest first.

import { shortId } from './format.js';

export function changes(before, now) {
  const lines = [];
  const had = new Map(before.messages.map((one) => [one.message_id, one]));
  const has = new Map(now.messages.map((one) => [one.message_id, one]));
  for (const [id, one] of had) {
    if (!has.has(id)) lines.push(`Message ${shortId(id)} ended${one.running ? '' : ' or was cancelled'}.`);
  }
  for (const [id, one] of has) {
    const earlier = had.get(id);
    if (!earlier) lines.push(`Message ${shortId(id)} was accepted, at position ${one.position}.`);
    if (one.running && !earlier?.running) lines.push(`Message ${shortId(id)} runs, attempt ${now.queue?.attempts ?? 1}.`);
    if (!one.running && earlier?.running) lines.push(`Message ${shortId(id)} keeps its place; ${now.queue?.state ?? 'waiting'} now.`);
  }
  const paused = (told) => told.pauses.length;
  if (paused(now) > paused(before)) lines.push('A pause began.');
  if (paused(now) < paused(before)) lines.push('A pause ended.');
  const results = (told) => told.callbacks.reduce((sum, one) => sum + resultsOf(one), 0);
  if (results(now) > results(before)) lines.push('A result waits to be delivered.');
  if (results(now) < results(before)) lines.push('A result was delivered, or given up.');
  return lines;
}

const ENDED = ['completed', 'failed', 'cancelled', 'expired'];

/** Whether the first callback is of a message that still runs: a client in the worker's shape is told how it goes. */
export const tellsHowItGoes = (queue) => !ENDED.includes(queue.head_status);

/** How many results a queue of callbacks has. */
export const resultsOf = (queue) => queue.length - (tellsHowItGoes(queue) ? 1 : 0);
