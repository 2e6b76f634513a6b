// What failed or could not be delivered, and what is done about it.

import { get, post } from '../api.js';
import { ask } from '../dialog.js';
import { h } from '../dom.js';
import { number, plural, sentence, time } from '../format.js';
import { conversationLink, messageLink } from '../links.js';
import { pages, table } from '../pages.js';

export const title = 'Dead letters';

const LANES = [['messages', 'Messages that failed'], ['callbacks', 'Results not delivered']];
const POSITIONS = [
  ['unless_newer', 'Only if nothing newer of its conversation has run'],
  ['head', 'Before what waits'],
  ['tail', 'After what waits'],
];
const REDRIVE = '/dead-letters/redrive';
const DROP = '/dead-letters/drop';
const OUTCOMES = {
  redriven: 'brought back', dropped: 'dropped', overtaken: 'left: something newer has run', not_dead: 'no longer dead letters',
  gone: 'left: the content is gone', busy: 'left: busy just now',
};

export function show(root, parameters, context) {
  const wanted = { lane: parameters.lane ?? 'messages', search: parameters.search ?? '', code: parameters.code ?? '' };
  const chosen = new Set();
  const count = h('span', { class: 'muted', role: 'status' });
  const list = pages(async (cursor) => {
    const answer = await get('/dead-letters', { ...wanted, cursor });
    return { items: answer.dead_letters, next: answer.next_cursor };
  }, (items) => {
    for (const id of chosen) if (!items.some((one) => one.message_id === id)) chosen.delete(id);
    buttons();
    return draw(items, chosen, buttons);
  });
  const selected = () => ({ lane: wanted.lane, message_ids: [...chosen] });
  const matching = () => ({ lane: wanted.lane, all: true, search: wanted.search, code: wanted.code });
  const done = () => { chosen.clear(); buttons(); list.reload(); };
  const redrive = h('button', { type: 'button', class: 'main', onclick: () => askRedrive(selected(), plural(chosen.size, 'dead letter'), done) }, 'Redrive …');
  const drop = h('button', { type: 'button', class: 'danger', onclick: () => askDrop(selected(), plural(chosen.size, 'dead letter'), done) }, 'Drop …');
  function buttons() {
    redrive.disabled = chosen.size === 0;
    drop.disabled = chosen.size === 0;
    count.textContent = chosen.size === 0 ? 'None chosen' : `${number(chosen.size)} chosen`;
  }
  const change = () => { chosen.clear(); context.rewrite('/dead-letters', wanted); list.restart(); };
  buttons();
  root.append(
    h('div', { class: 'heading' }, h('h1', { tabindex: -1 }, 'Dead letters')),
    h('form', { class: 'row', role: 'search', onsubmit: (event) => event.preventDefault() },
      h('fieldset', { class: 'choice' }, h('legend', { class: 'unseen' }, 'Which'), LANES.map(([lane, word]) => h('label', {},
        h('input', { type: 'radio', name: 'lane', checked: wanted.lane === lane, onchange: () => { wanted.lane = lane; change(); } }), word))),
      h('label', { class: 'field grow' }, 'Search for a user, chat or org',
        h('input', { type: 'search', value: wanted.search, oninput: (event) => { wanted.search = event.target.value.trim(); change(); } })),
      h('label', { class: 'field' }, 'Reason',
        h('input', { type: 'search', value: wanted.code, placeholder: 'any', oninput: (event) => { wanted.code = event.target.value.trim(); change(); } }))),
    h('div', { class: 'row' }, redrive, drop, count,
      h('span', { class: 'grow' }),
      h('button', { type: 'button', onclick: () => askRedrive(matching(), 'all that match', done) }, 'Redrive all that match …'),
      h('button', { type: 'button', class: 'danger', onclick: () => askDrop(matching(), 'all that match', done) }, 'Drop all that match …')),
    list.element);
  return list.stop;
}

function draw(items, chosen, changed) {
  const box = (one) => h('input', {
    type: 'checkbox', checked: chosen.has(one.message_id), 'aria-label': `Choose message ${one.message_id}`,
    onchange: (event) => { if (event.target.checked) chosen.add(one.message_id); else chosen.delete(one.message_id); changed(); },
  });
  const whole = h('input', {
    type: 'checkbox', 'aria-label': 'Choose all on this page', checked: items.length > 0 && items.every((one) => chosen.has(one.message_id)),
    onchange: (event) => {
      items.forEach((one) => (event.target.checked ? chosen.add(one.message_id) : chosen.delete(one.message_id)));
      event.target.closest('table').querySelectorAll('tbody input[type=checkbox]').forEach((other) => { other.checked = event.target.checked; });
      changed();
    },
  });
  return table('Dead letters', [
    { name: whole }, { name: 'Conversation', look: 'name' }, { name: 'Reason', look: 'reason' }, { name: 'Attempts', look: 'number' },
    { name: 'Died' }, { name: 'Message' },
  ], items.map((one) => ({ key: one.message_id, cells: [
    box(one), conversationLink(one.conversation),
    [h('strong', {}, one.code), h('span', { class: 'sub' }, one.reason), one.endpoint ? h('span', { class: 'sub mono' }, one.endpoint) : null],
    [number(one.attempts), one.redrives > 0 ? h('span', { class: 'sub' }, `redriven ${number(one.redrives)}×`) : null],
    time(one.died_at), messageLink(one.message_id),
  ] })), 'No dead letters. Nothing was lost on the way.');
}

/**
 * Goes on while there are more pages of what matches, and nobody has stopped it; tells how far it is.
 * @returns { said, stopped }
 * @throws if a page failed, with what was done before
 */
async function inPages(path, body, signal, progress = () => {}) {
  const total = {};
  let cursor;
  do {
    let answer;
    try {
      answer = await post(path, cursor ? { ...body, cursor } : body);
    } catch (failed) {
      throw cursor ? new Error(`${sentence(failed.message)} Until then: ${words(total)}.`) : failed;
    }
    for (const [outcome, count] of Object.entries(answer.outcomes)) total[outcome] = (total[outcome] ?? 0) + count;
    cursor = answer.next_cursor;
    progress(words(total));
  } while (cursor && !signal.aborted);
  return { said: words(total), stopped: Boolean(cursor) };
}

function words(outcomes) {
  const all = Object.entries(outcomes).map(([outcome, count]) => `${number(count)} ${OUTCOMES[outcome] ?? outcome}`);
  return all.length === 0 ? 'nothing' : all.join(', ');
}

function askRedrive(body, what, done) {
  let position = POSITIONS[0][0];
  const trial = trialOf(REDRIVE);
  const begin = () => trial.begin({ ...body, position });
  const left = ask({
    title: `Redrive ${what}?`,
    body: [
      h('fieldset', { class: 'stack' }, h('legend', {}, 'Where in the queue?'), POSITIONS.map(([value, word]) => h('label', { class: 'row' },
        h('input', { type: 'radio', name: 'position', checked: value === position, onchange: () => { position = value; begin(); } }), word))),
      trial.said,
    ],
    yes: 'Redrive',
    act: (signal) => doIt('Redrive', REDRIVE, { ...body, position }, signal, trial, done),
  });
  left.addEventListener('abort', trial.end);
  begin();
}

function askDrop(body, what, done) {
  const trial = trialOf(DROP);
  const left = ask({
    title: `Drop ${what}?`,
    body: [h('p', {}, 'They can never be redriven after that.'), trial.said],
    yes: 'Drop for good',
    danger: true,
    act: (signal) => doIt('Drop', DROP, body, signal, trial, done),
  });
  left.addEventListener('abort', trial.end);
  trial.begin(body);
}

/** Says in a dialog what would come of it; the latest one that began, until it is ended. */
function trialOf(path) {
  const said = h('p', { class: 'said', role: 'status' });
  let current = new AbortController();
  return {
    said,
    begin(body) {
      current.abort();
      current = new AbortController();
      const { signal } = current;
      const tell = (words) => { if (!signal.aborted) said.textContent = words; };
      tell('Trying it out …');
      inPages(path, { ...body, dry_run: true }, signal)
        .then((total) => tell(`Tried out, nothing changed: ${total.said}.`), (failed) => tell(failed.message));
    },
    end() { current.abort(); },
  };
}

/** @returns what to say of it in the end; what was done is done, also if it was stopped */
async function doIt(name, path, body, signal, trial, done) {
  trial.end();
  const total = await inPages(path, body, signal, (sofar) => { trial.said.textContent = sofar; });
  done();
  return `${total.stopped ? 'Stopped. ' : ''}${name}: ${total.said}.`;
}
