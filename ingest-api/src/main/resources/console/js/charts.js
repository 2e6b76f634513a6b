// A line chart, small and calm: its newest values are in its legend, its scale in its corner.

import { h, svg } from './dom.js';

const WIDTH = 600;
const HEIGHT = 150;

/**
 * @param title what it shows
 * @param series [{ name, colour, values: [{ at, value }] }]; colour is one of blue, green, red, amber, violet
 * @param words writes a value
 * @param seconds whether values are seconds
 */
export function lineChart(title, series, words, seconds = false) {
  const points = series.flatMap((one) => one.values);
  const from = Math.min(...points.map((point) => point.at));
  const to = Math.max(...points.map((point) => point.at));
  const top = niceTop(Math.max(...points.map((point) => point.value), 0), seconds);
  const x = (at) => (to === from ? WIDTH : ((at - from) / (to - from)) * WIDTH);
  const y = (value) => HEIGHT - (value / top) * (HEIGHT - 4) - 2;
  const summary = series.map((one) => `${one.name} ${words(one.values.at(-1)?.value ?? 0)}`).join(', ');
  return h('figure', { class: 'chart', role: 'group', 'aria-label': title },
    h('div', { class: 'top' }, h('span', {}, words(top)), h('span', {}, points.length > 0 ? span(to - from) : '')),
    svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: ${summary}` },
      [0, 0.5, 1].map((part) => svg('line', { class: 'grid', x1: 0, x2: WIDTH, y1: y(top * part), y2: y(top * part) })),
      series.map((one) => drawn(one, x, y))),
    h('ul', { 'aria-hidden': 'true' }, series.map((one) =>
      h('li', { class: `s-${one.colour}` }, one.name, h('strong', {}, words(one.values.at(-1)?.value ?? 0))))));
}

function drawn({ colour, values }, x, y) {
  if (values.length < 2) return [];
  const line = values.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`).join('');
  const area = `${line}L${x(values.at(-1).at).toFixed(1)} ${y(0)}L${x(values[0].at).toFixed(1)} ${y(0)}Z`;
  return svg('g', { class: `s-${colour}` }, svg('path', { class: 'area', d: area }), svg('path', { class: 'line', d: line }));
}

const CLOCK = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400];

/** The next of 1, 2, 5, 10, 20 … at or above the value; of seconds, the next that a clock would have. */
function niceTop(value, seconds) {
  if (value <= 0) return 1;
  if (seconds && value <= CLOCK.at(-1)) return CLOCK.find((step) => step >= value);
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function span(seconds) {
  return seconds < 90 ? `last ${Math.max(1, Math.round(seconds))} s` : `last ${Math.round(seconds / 60)} min`;
}

/** How full something is, 0 to 1. */
export function bar(part, label) {
  const level = part > 0.9 ? 'bad' : part > 0.75 ? 'warn' : '';
  return h('div', { class: `bar ${level}`, role: 'img', 'aria-label': label },
    svg('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { x: 0, y: 0, width: Math.min(100, Math.max(1, part * 100)), height: 10 })));
}
