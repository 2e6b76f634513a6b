// What operators did: every changing action leaves a record.

import { get } from '../api.js';
import { h } from '../dom.js';
import { decoded, number, time } from '../format.js';
import { conversationHref, isMessageId, messageHref } from '../links.js';
import { pages, table } from '../pages.js';

export const title = 'Actions';

export function show(root) {
  const list = pages(async (cursor) => {
    const answer = await get('/actions', { cursor });
    return { items: answer.actions, next: answer.next_cursor };
  }, (items) => table('Actions', [
    { name: 'When' }, { name: 'Who', look: 'name' }, { name: 'What' }, { name: 'To what', look: 'name' }, { name: 'How many', look: 'number' }, { name: 'How', look: 'reason' },
  ], items.map((one) => ({ cells: [time(one.at), one.by, one.action, target(one.target), number(one.count), one.detail] })), 'Nobody has done anything yet.'));
  root.append(h('div', { class: 'heading' }, h('h1', { tabindex: -1 }, 'Actions')), list.element);
  return list.stop;
}

/** A conversation, `@` and an org, `*` for all, a message, or what is only named. */
function target(word) {
  if (/^(user|group):/.test(word)) return h('a', { href: conversationHref(word), class: 'mono' }, word);
  if (isMessageId(word)) return h('a', { href: messageHref(word), class: 'mono' }, word);
  if (word.startsWith('@')) return `the org ${decoded(word.slice(1))}`;
  return word === '*' ? 'everything' : h('span', { class: 'mono' }, word);
}
