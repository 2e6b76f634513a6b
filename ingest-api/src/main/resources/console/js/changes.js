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
  const callbacks = (told) => told.callbacks.reduce((sum, one) => sum + one.length, 0);
  if (callbacks(now) > callbacks(before)) lines.push('A result waits to be delivered.');
  if (callbacks(now) < callbacks(before)) lines.push('A result was delivered, or given up.');
  return lines;
}
