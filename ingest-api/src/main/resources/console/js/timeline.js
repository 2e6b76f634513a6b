// A message's life as a picture: it waited, it ran (each attempt), its result was delivered (each attempt).

import { duration } from './format.js';
import { h, svg } from './dom.js';

const LEFT = 92;
const RIGHT = 20;
const WIDTH = 860;
const ROW = 30;

const COLOURS = {
  running: 'blue', completed: 'green', delivered: 'green', retry: 'amber', back: 'violet', lapsed: 'red', failed: 'red',
  dead: 'red', cancelled: 'violet', expired: 'violet',
};

/** @param message as /messages/{id} gives it; @param now ms, where what is not over ends */
export function timeline(message, now) {
  const rows = rowsOf(message, now);
  const from = Date.parse(message.accepted_at);
  const to = Math.max(from + 1, ...rows.flatMap((row) => row.spans.map((one) => one.to)));
  const x = (at) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const height = rows.length * ROW + 34;
  const parts = [];
  for (let i = 0; i <= 4; i += 1) {
    const at = from + ((to - from) * i) / 4;
    parts.push(
      svg('line', { class: 'tick', x1: x(at), x2: x(at), y1: 0, y2: height - 24 }),
      svg('text', { x: x(at), y: height - 6, 'text-anchor': i === 0 ? 'start' : i === 4 ? 'end' : 'middle' },
        i === 0 ? '0' : `+${duration((at - from) / 1000)}`));
  }
  rows.forEach((row, i) => {
    const y = i * ROW + 4;
    parts.push(
      svg('rect', { class: 'track', x: LEFT, y, width: WIDTH - LEFT - RIGHT, height: ROW - 10, rx: 5 }),
      svg('text', { x: 0, y: y + 14 }, row.name),
      row.spans.map((one) => svg('rect', {
        class: `span s-${one.colour} ${one.open ? 'open' : ''} ${one.wait ? 'wait' : ''}`, x: x(one.from), y, height: ROW - 10, rx: 5,
        width: Math.max(4, x(one.to) - x(one.from)),
      }, svg('title', {}, one.words))));
  });
  const words = rows.map((row) => `${row.name}: ${row.spans.map((one) => one.words).join('; ') || 'nothing'}`).join('. ');
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Timeline' },
    svg('svg', { class: 'timeline', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': words }, parts));
}

function rowsOf(message, now) {
  const accepted = Date.parse(message.accepted_at);
  const waitedUntil = Date.parse(message.started_at ?? message.finished_at ?? '') || now;
  const waited = {
    from: accepted, to: waitedUntil, colour: 'amber', wait: true, open: waitedUntil === now,
    words: `waited ${duration((waitedUntil - accepted) / 1000)}`,
  };
  const rows = [{ name: 'Waited', spans: [waited] }, { name: 'Ran', spans: attempts(message.calls, now) }];
  if (message.callback || message.deliveries.length > 0) rows.push({ name: 'Delivered', spans: attempts(message.deliveries, now) });
  return rows;
}

function attempts(list, now) {
  return list.map((attempt, i) => ({
    from: Date.parse(attempt.started_at),
    to: attempt.ended_at ? Date.parse(attempt.ended_at) : now,
    colour: COLOURS[attempt.outcome] ?? 'blue',
    open: !attempt.ended_at,
    words: `attempt ${i + 1}, ${attempt.outcome}, ${duration(attempt.took_seconds)}`,
  }));
}
