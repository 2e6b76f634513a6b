// One message's life: a picture, and each attempt with its outcome. Never what it says.

import { get } from '../api.js';
import { badge } from '../badges.js';
import { h, replace } from '../dom.js';
import { duration, loss, number, time } from '../format.js';
import { conversationLink } from '../links.js';
import { table } from '../pages.js';
import { timeline } from '../timeline.js';
import { askCancel } from './conversation.js';

const EVERY = 1500;

export const title = 'Message';

export function show(root, { id }) {
  const status = h('div', { class: 'row' });
  const notice = h('p', { class: 'error', role: 'alert' });
  const body = h('div', { class: 'stack' }, h('p', { class: 'muted' }, 'Looking …'));
  root.append(h('div', { class: 'heading' },
    h('div', {}, h('h1', { tabindex: -1 }, 'Message'), h('p', { class: 'mono muted' }, id)), status), notice, body);
  let timer;
  let seenAt;
  let stopped = false;
  const load = async () => {
    try {
      const message = await get(`/messages/${encodeURIComponent(id)}`);
      if (stopped) return;
      seenAt = new Date();
      notice.textContent = '';
      root.classList.remove('stale');
      replace(status, badge(message.status), over(message) ? null : h('button', {
        type: 'button', class: 'danger', onclick: () => askCancel({ message_id: id, running: message.status === 'processing' }),
      }, 'Cancel …'));
      replace(body, draw(message));
      if (!settled(message)) timer = setTimeout(load, EVERY);
    } catch (failed) {
      if (stopped) return;
      if (failed.lasts) {
        notice.textContent = failed.status === 404 ? 'No such message, or its time here is over.' : loss(failed.message);
        replace(status);
        replace(body);
      } else {
        notice.textContent = loss(failed.message, seenAt, true);
        root.classList.add('stale');
        timer = setTimeout(load, EVERY * 2);
      }
    }
  };
  load();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

const over = (message) => Boolean(message.finished_at);
const settled = (message) => over(message) && message.callback?.status !== 'pending';

function draw(message) {
  return [
    h('section', { class: 'card' }, h('h2', {}, 'What became of it'), timeline(message, Date.now())),
    h('section', { class: 'card' }, facts(message)),
    attempts('Calls of the worker', message.calls, 'It has not been tried yet.'),
    message.callback || message.deliveries.length > 0 ? attempts('Deliveries of its result', message.deliveries, 'No delivery has been tried yet.') : null,
  ];
}

function facts(message) {
  const all = [
    ['Conversation', conversationLink(message.conversation)],
    ['Client', message.client_id],
    message.queue_position && ['Position', number(message.queue_position)],
    ['Accepted', time(message.accepted_at)],
    ['Waited', duration(message.waited_seconds)],
    message.finished_at && ['Finished', time(message.finished_at)],
    message.next_attempt_at && ['Next attempt', time(message.next_attempt_at)],
    ['Attempts', number(message.attempts)],
    message.lapses > 0 && ['Holders lost', number(message.lapses)],
    message.redrives > 0 && ['Redriven', number(message.redrives)],
    message.error && ['Failed with', [h('strong', {}, message.error.code), ` ${message.error.message}`, message.status === 'failed' ? deadLetter(message, 'messages') : null]],
    message.callback && ['Callback', [badge(message.callback.status), ' ', h('span', { class: 'mono' }, message.callback.endpoint ?? ''), message.callback.status === 'dead' ? deadLetter(message, 'callbacks') : null]],
    message.callback?.last_error && ['Its last error', message.callback.last_error],
    message.callback?.next_attempt_at && ['Its next attempt', time(message.callback.next_attempt_at)],
  ].filter(Boolean);
  return h('dl', { class: 'facts' }, all.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

/** Where it can be brought back, unless somebody has dropped it. */
const deadLetter = (message, lane) => [' ', h('a', {
  href: `#/dead-letters?${new URLSearchParams({ lane, search: message.conversation })}`,
}, 'Redrive or drop it')];

function attempts(name, list, empty) {
  return h('section', { class: 'stack', 'data-key': name }, h('h2', {}, name),
    table(name, [{ name: '#', look: 'number' }, { name: 'Outcome' }, { name: 'Began' }, { name: 'Took', look: 'number' }, { name: 'Held by', look: 'name' }, { name: 'Why', look: 'reason' }],
      list.map((one, i) => ({ cells: [number(i + 1), badge(one.outcome), time(one.started_at), duration(one.took_seconds), h('span', { class: 'mono' }, one.holder), one.detail] })), empty));
}
