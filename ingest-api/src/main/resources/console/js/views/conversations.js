// Who waits, who runs, who is stuck. The longest-standing come first.

import { get } from '../api.js';
import { badge } from '../badges.js';
import { h } from '../dom.js';
import { duration, number } from '../format.js';
import { conversationLink } from '../links.js';
import { pages, table } from '../pages.js';

export const title = 'Conversations';

const STATES = [['', 'All'], ['stuck', 'Stuck'], ['running', 'Busy'], ['waiting', 'Waiting'], ['delayed', 'Delayed'], ['paused', 'Paused']];

export function show(root, parameters, context) {
  const wanted = { state: parameters.state ?? '', search: parameters.search ?? '', head_for: parameters.head_for ?? '' };
  const list = pages(async (cursor) => {
    const answer = await get('/conversations', { ...wanted, cursor });
    return { items: answer.conversations, next: answer.next_cursor };
  }, (items) => draw(items, wanted));
  const change = () => {
    context.rewrite('/conversations', wanted);
    list.restart();
  };
  root.append(
    h('div', { class: 'heading' }, h('h1', { tabindex: -1 }, 'Conversations')),
    h('form', { class: 'row', role: 'search', onsubmit: (event) => event.preventDefault() },
      h('label', { class: 'field grow' }, 'Search for a user, chat or org',
        h('input', { type: 'search', value: wanted.search, spellcheck: 'false', oninput: (event) => { wanted.search = event.target.value.trim(); change(); } })),
      choice(wanted, change),
      h('label', { class: 'field' }, 'For at least, seconds', h('input', {
        type: 'number', min: 0, value: wanted.head_for, placeholder: 'any', oninput: (event) => { wanted.head_for = event.target.value; change(); },
      }))),
    list.element);
  return list.stop;
}

function choice(wanted, change) {
  return h('fieldset', { class: 'choice' }, h('legend', { class: 'unseen' }, 'Which'),
    STATES.map(([state, word]) => h('label', {},
      h('input', { type: 'radio', name: 'state', value: state, checked: wanted.state === state, onchange: () => { wanted.state = state; change(); } }), word)));
}

function draw(items, wanted) {
  const empty = wanted.state || wanted.search || wanted.head_for ? 'No conversation matches.' : 'Nothing waits and nothing runs.';
  return table('Conversations', [
    { name: 'Conversation', look: 'name' }, { name: 'State' }, { name: 'Messages', look: 'number' },
    { name: 'At this message for', look: 'number' }, { name: 'Attempt', look: 'number' }, { name: 'Held by', look: 'name' },
  ], items.map((one) => ({ key: one.conversation, cells: [
    conversationLink(one.conversation), badge(one.state), number(one.length), duration(one.head_for_seconds), number(one.attempts),
    one.state === 'running' && one.pending ? h('span', { class: 'mono' }, one.pending.consumer) : '',
  ] })), empty);
}
