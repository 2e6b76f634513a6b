// How the whole fares, live.

import { badge } from '../badges.js';
import { bar, lineChart } from '../charts.js';
import { h, replace } from '../dom.js';
import { bytes, duration, number, plural, rate, time } from '../format.js';
import * as history from '../history.js';
import { askPause, askResume, scopeWords } from '../pauses.js';
import { verdict } from '../verdict.js';

export const title = 'Overview';

export function show(root, parameters, context) {
  const body = h('div', { class: 'stack view-body' }, h('p', { class: 'muted' }, 'Waiting for the first numbers …'));
  root.append(
    h('div', { class: 'heading' },
      h('h1', { tabindex: -1 }, 'Overview'),
      h('button', { type: 'button', onclick: () => askPause({ scope: 'all' }, () => {}) }, 'Pause everything …')),
    body);
  return context.onOverview((overview, reasons) => replace(body,
    standing(overview, reasons), tiles(overview), charts(), h('div', { class: 'halves' },
      processes(overview), redis(overview), callbacks(overview), pauses(overview))));
}

function standing(overview, reasons) {
  const { level, lines } = reasons ? verdict(overview, reasons) : { level: 'open', lines: [{ text: 'Looking …' }] };
  return h('section', { class: `card verdict ${level}`, 'aria-label': 'How it stands' },
    h('span', { class: 'mark', 'aria-hidden': 'true' }),
    h('ul', {}, lines.map((line, i) => {
      const words = line.href ? h('a', { href: line.href }, line.text) : line.text;
      return h('li', { 'data-key': line.href ?? line.text }, i === 0 ? h('strong', {}, words) : words);
    })));
}

function tiles({ messages }) {
  const others = [messages.cancelled && `${number(messages.cancelled)} cancelled`, messages.expired && `${number(messages.expired)} expired`]
    .filter(Boolean).join(', ');
  const all = [
    ['Accepted', messages.accepted, messages.redriven ? `${number(messages.redriven)} redriven` : 'in all'],
    ['Waiting', messages.waiting, plural(messages.conversations, 'conversation')],
    ['Running', messages.running, 'right now'],
    ['Delayed', messages.delayed, 'or paused'],
    ['Finished', messages.completed, others || 'answered'],
    ['Failed', messages.failed, `${number(messages.dead_letters)} to look at`, messages.dead_letters > 0 ? 'bad' : ''],
  ];
  return h('dl', { class: 'tiles' }, all.map(([name, value, by, look]) =>
    h('div', { class: `card tile ${look ?? ''}` },
      h('dt', {}, name), h('dd', {}, h('span', { class: 'value' }, number(value)), h('div', { class: 'by' }, by)))));
}

function charts() {
  const of = (read) => history.all().map((sample) => ({ at: sample.at, value: read(sample) }));
  const card = (name, series, words, seconds) => h('section', { class: 'card' }, h('h2', {}, name), lineChart(name, series, words, seconds));
  return h('div', { class: 'halves' },
    card('Rate', [
      { name: 'accepted', colour: 'blue', values: of((sample) => sample.rates.accepted) },
      { name: 'finished', colour: 'green', values: of((sample) => sample.rates.completed) },
      { name: 'failed', colour: 'red', values: of((sample) => sample.rates.failed) },
    ], rate),
    card('In the broker', [
      { name: 'waiting', colour: 'amber', values: of((sample) => sample.waiting) },
      { name: 'running', colour: 'blue', values: of((sample) => sample.running) },
      { name: 'delayed', colour: 'violet', values: of((sample) => sample.delayed) },
    ], number),
    card('Longest wait at one place', [
      { name: 'messages', colour: 'blue', values: of((sample) => sample.head) },
      { name: 'callbacks', colour: 'violet', values: of((sample) => sample.callbackHead) },
    ], duration, true));
}

function processes({ dispatchers, deliverers }) {
  const list = (name, holders) => [
    h('h3', { class: 'small muted' }, name),
    holders.length === 0 ? h('p', { class: 'error' }, 'none is alive')
      : h('ul', { class: 'list' }, holders.map((one) => h('li', {}, h('span', { class: 'mono' }, one.name), badge(one.state)))),
  ];
  return h('section', { class: 'card' }, h('h2', {}, 'Processes alive'),
    h('div', { class: 'stack' }, list('Dispatchers, with the circuit to the worker', dispatchers), list('Deliverers', deliverers)));
}

function redis({ redis: told }) {
  const limit = told.max_memory_bytes;
  return h('section', { class: 'card' }, h('h2', {}, 'Redis'),
    h('div', { class: 'stack' },
      limit ? bar(told.used_memory_bytes / limit, `${bytes(told.used_memory_bytes)} of ${bytes(limit)} in use`) : null,
      h('dl', { class: 'facts' },
        h('dt', {}, 'Memory'), h('dd', {}, bytes(told.used_memory_bytes), limit ? ` of ${bytes(limit)}` : ', no limit set'),
        h('dt', {}, 'Answers in'), h('dd', {}, duration(told.answered_in_seconds)))));
}

function callbacks({ callbacks: told }) {
  return h('section', { class: 'card' }, h('h2', {}, 'Callbacks'),
    h('dl', { class: 'facts' },
      h('dt', {}, 'To be delivered'), h('dd', {}, number(told.pending)),
      h('dt', {}, 'Being posted'), h('dd', {}, number(told.running)),
      h('dt', {}, 'Wait for another try'), h('dd', {}, number(told.delayed)),
      h('dt', {}, 'Dead letters'), h('dd', {}, h('a', { href: '#/dead-letters?lane=callbacks' }, number(told.dead_letters)))));
}

function pauses({ pauses: all }) {
  if (all.length === 0) return null;
  return h('section', { class: 'card' }, h('h2', {}, 'Paused'),
    h('ul', { class: 'list' }, all.map((pause) => h('li', { 'data-key': scopeWords(pause) },
      h('span', {}, scopeWords(pause), h('span', { class: 'sub muted small' }, ` since ${time(pause.since)} by ${pause.by}`, pause.reason ? `: ${pause.reason}` : '')),
      h('button', { type: 'button', onclick: () => askResume(pause, () => {}) },
        'Resume', h('span', { class: 'unseen' }, ` ${scopeWords(pause)}`))))));
}
