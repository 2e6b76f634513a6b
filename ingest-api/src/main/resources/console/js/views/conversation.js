// One conversation: why it stands as it does, what runs, what waits, and what happens while one looks.

import { cancel } from '../api.js';
import { badge } from '../badges.js';
import { ask } from '../dialog.js';
import { h, replace } from '../dom.js';
import { conversation as parts, duration, loss, number, plural, time, withTimes } from '../format.js';
import { messageLink } from '../links.js';
import { follow } from '../live.js';
import { table } from '../pages.js';
import { askPause, askResume } from '../pauses.js';
import { changes, resultsOf, tellsHowItGoes } from '../changes.js';

const EVENTS_KEPT = 100;

export const title = 'Conversation';

export function show(root, { name }) {
  const { kind, org, who } = parts(name);
  const pauseButton = h('div', { class: 'row' });
  const notice = h('p', { class: 'error', role: 'alert' });
  const body = h('div', { class: 'stack' }, h('p', { class: 'muted' }, 'Looking …'));
  const events = h('ol', { class: 'events' });
  let before;
  let seenAt;
  let lost = false;
  root.append(
    h('div', { class: 'heading' },
      h('div', {},
        h('a', { class: 'back', href: '#/conversations' }, '← Conversations'),
        h('h1', { tabindex: -1 }, who),
        h('p', { class: 'muted' }, org ? `${kind === 'group' ? 'Group' : 'User'} of ${org} · ` : '', h('span', { class: 'mono' }, name))),
      pauseButton),
    notice,
    body,
    h('section', { class: 'card' }, h('h2', {}, 'Live'), h('div', { class: 'stack' },
      h('p', { class: 'muted small' }, 'Looked at once a second: what comes and ends between two looks is not told here.'),
      h('div', { class: 'log', tabindex: 0, role: 'log', 'aria-label': 'What happens' }, events))));
  const log = (line) => {
    events.prepend(h('li', {}, h('time', {}, time(new Date())), line));
    while (events.children.length > EVENTS_KEPT) events.lastChild.remove();
  };
  log('You began to watch.');

  /** Why nothing new comes; '' if it does. */
  const warn = (words) => {
    if (notice.textContent !== words) notice.textContent = words;
    root.classList.toggle('stale', words !== '');
    if (words !== '' && !before) replace(body);
  };

  return follow(`/api/v1/operator/live?conversation=${encodeURIComponent(name)}`, (event, told) => {
    if (event === 'trouble') warn(loss('Redis does not answer', seenAt, true));
    if (event !== 'conversation') return;
    warn('');
    if (lost) log('Connected again. What came and ended meanwhile is not told.');
    lost = false;
    if (before) changes(before, told).forEach(log);
    before = told;
    seenAt = new Date();
    replace(pauseButton, button(name, told));
    replace(body, explanation(told), told.queue ? head(told) : null, queue(told), told.callbacks.map(callback));
  }, (state, why) => {
    if (state === 'live') return;
    if (!lost && before) log('The connection was lost.');
    lost = true;
    warn(loss(why ?? 'Connection lost', seenAt, state === 'lost'));
  });
}

/** One button: a keyboard that has just paused is on the one that resumes. */
function button(name, told) {
  const paused = told.pauses.some((pause) => pause.scope === 'conversation');
  const scope = { scope: 'conversation', conversation: name };
  return h('button', { type: 'button', onclick: () => (paused ? askResume : askPause)(scope, () => {}) }, paused ? 'Resume …' : 'Pause …');
}

const explanation = (told) => h('section', { class: 'card explain', 'aria-label': 'Why' }, withTimes(told.explanation));

function head({ queue }) {
  const facts = [
    ['State', badge(queue.state)],
    ['Message', messageLink(queue.head_message_id)],
    ['Age', duration(queue.head_for_seconds)],
    ['Attempt', number(queue.attempts)],
    queue.pending && ['Deliveries', number(queue.pending.deliveries)],
    queue.pending && ['Holder', h('span', { class: 'mono' }, queue.pending.consumer)],
    queue.pending && ['Idle', duration(queue.pending.idle_seconds)],
    queue.lease_until && ['Lease until', time(queue.lease_until)],
    queue.next_attempt_at && ['Next attempt', time(queue.next_attempt_at)],
    queue.lapses > 0 && ['Lapses', number(queue.lapses)],
  ].filter(Boolean);
  return h('section', { class: 'card', 'data-key': 'head' }, h('h2', {}, 'At its head'),
    h('dl', { class: 'facts' }, facts.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
}

function queue({ messages }) {
  return h('section', { class: 'stack', 'data-key': 'queue' }, h('h2', {}, 'Its queue'),
    table('Queue', [{ name: '#', look: 'number' }, { name: 'Message' }, { name: 'State' }, { name: 'Age', look: 'number' }, { name: h('span', { class: 'unseen' }, 'Action') }],
      messages.map((one) => ({ key: one.message_id, cells: [
        number(one.position), messageLink(one.message_id), badge(one.running ? 'running' : 'waiting'), duration(one.age_seconds),
        h('button', { type: 'button', class: 'plain danger', onclick: () => askCancel(one) },
          'Cancel …', h('span', { class: 'unseen' }, ` message ${one.position}`)),
      ] })), 'Nothing waits and nothing runs.'));
}

export function askCancel({ message_id: id, running }) {
  ask({
    title: 'Cancel this message?',
    body: h('p', {}, running ? 'Its call is broken off; the worker may go on with it for a while. The next message then has its turn.' : 'It will never run.'),
    yes: 'Cancel the message',
    danger: true,
    act: async () => {
      const { status } = await cancel(id);
      return status === 'cancelled' ? 'The message is cancelled.' : 'It still runs: it will be cancelled, unless its answer comes first.';
    },
  });
}

function callback(waiting) {
  const results = resultsOf(waiting);
  const words = tellsHowItGoes(waiting)
    ? `The message still runs, and the endpoint is told how it goes.${results > 0 ? ` ${plural(results, 'result')} behind it.` : ''}`
    : `${number(results)} to be delivered, at the first for ${duration(waiting.head_for_seconds)}, attempt ${waiting.attempts}.`;
  return h('section', { class: 'card', 'data-key': `results ${waiting.endpoint}` }, h('h2', {}, 'Results for ', h('span', { class: 'mono' }, waiting.endpoint)),
    h('div', { class: 'stack' }, h('p', {}, withTimes(waiting.explanation)), h('p', { class: 'muted small' }, words)));
}
