// What XPENDING shows, across all conversations.

import { get } from '../api.js';
import { badge } from '../badges.js';
import { h } from '../dom.js';
import { duration, number } from '../format.js';
import { conversationLink, messageLink } from '../links.js';
import { pages, table } from '../pages.js';

export const title = 'Pending';

const LANES = [['messages', 'Messages'], ['callbacks', 'Callbacks']];

export function show(root, parameters, context) {
  const wanted = { lane: parameters.lane ?? 'messages', idle: parameters.idle ?? '' };
  const list = pages(async (cursor) => {
    const answer = await get('/pending', { ...wanted, cursor });
    return { items: answer.pending, next: answer.next_cursor };
  }, draw);
  const change = () => { context.rewrite('/pending', wanted); list.restart(); };
  root.append(
    h('div', { class: 'heading' }, h('div', {}, h('h1', { tabindex: -1 }, 'Pending'),
      h('p', { class: 'muted' }, 'Entries that a holder has taken and not settled, as Redis’ XPENDING tells them.'))),
    h('form', { class: 'row', onsubmit: (event) => event.preventDefault() },
      h('fieldset', { class: 'choice' }, h('legend', { class: 'unseen' }, 'Lane'), LANES.map(([lane, word]) => h('label', {},
        h('input', { type: 'radio', name: 'lane', checked: wanted.lane === lane, onchange: () => { wanted.lane = lane; change(); } }), word))),
      h('label', { class: 'field' }, 'Idle for at least, seconds',
        h('input', { type: 'number', min: 0, value: wanted.idle, oninput: (event) => { wanted.idle = event.target.value; change(); } }))),
    list.element);
  return list.stop;
}

function draw(items) {
  return table('Pending entries', [
    { name: 'Conversation', look: 'name' }, { name: 'State' }, { name: 'Consumer', look: 'name' }, { name: 'Idle', look: 'number' },
    { name: 'Deliveries', look: 'number' }, { name: 'Entry' }, { name: 'Message' },
  ], items.map((one) => ({ key: `${one.conversation} ${one.endpoint ?? ''}`, cells: [
    [conversationLink(one.conversation), one.endpoint ? h('span', { class: 'sub mono' }, one.endpoint) : null], badge(one.state),
    h('span', { class: 'mono' }, one.consumer), duration(one.idle_seconds), number(one.deliveries), h('span', { class: 'mono' }, one.entry), messageLink(one.message_id),
  ] })), 'Nothing is pending.');
}
