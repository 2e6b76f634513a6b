// A list that comes in pages: reads one, goes on to the next and back, and reads the same one again while it is looked at.

import { h, replace } from './dom.js';
import { loss, number } from './format.js';

const EVERY = 3000;
/** So many pages are gone over at a time to find one that has something. */
const LOOKS_MAX = 10;

/**
 * @param read given a cursor ('' for the first page) answers { items, next }
 * @param draw given the items answers elements
 */
export function pages(read, draw) {
  const places = [{ cursor: '', looked: 0 }];
  const body = h('div', {});
  const error = h('p', { class: 'error', role: 'alert' });
  const back = h('button', { type: 'button', onclick: () => { places.pop(); load(); } }, 'Previous page');
  const forward = h('button', { type: 'button', onclick: () => { if (next) places.push(next); next = null; load(); } }, 'Next page');
  const turner = h('div', { class: 'row end', hidden: true }, back, forward);
  let next = null;
  let stopped = false;
  let asked = 0;
  let timer;
  let looks = 1;
  let seenAt;

  async function load() {
    asked += 1;
    const mine = asked;
    const overtaken = () => stopped || mine !== asked;
    const place = places.at(-1);
    try {
      const page = await filled(read, place, overtaken);
      if (overtaken()) return;
      looks = page.looked - place.looked;
      next = page.next ? { cursor: page.next, looked: page.looked } : null;
      seenAt = new Date();
      error.textContent = '';
      body.classList.remove('stale');
      const drawn = draw(page.items);
      replace(body, page.items.length > 0 || (!next && places.length === 1) ? drawn : nothing(page));
      const pressed = document.activeElement;
      back.disabled = places.length === 1;
      forward.disabled = !next;
      if (pressed === back && back.disabled) forward.focus();
      if (pressed === forward && forward.disabled) back.focus();
      turner.hidden = places.length === 1 && !next;
    } catch (failed) {
      if (overtaken()) return;
      error.textContent = loss(failed.message, seenAt, !failed.lasts);
      body.classList.add('stale');
    }
  }

  /** What took many looks is looked at less often. */
  async function keepLooking() {
    if (!document.hidden && !document.querySelector('dialog[open]')) await load();
    if (!stopped) timer = setTimeout(keepLooking, EVERY * looks);
  }

  keepLooking();
  return {
    element: h('div', { class: 'stack' }, error, body, turner),
    reload: load,
    restart() { places.length = 1; return load(); },
    stop() { stopped = true; clearTimeout(timer); },
  };
}

/** Goes on over pages without an entry: the broker looks at so many for each page, whether they match or not. */
async function filled(read, { cursor, looked }, overtaken) {
  let page = await read(cursor);
  let looks = 1;
  while (page.items.length === 0 && page.next && looks < LOOKS_MAX && !overtaken()) {
    page = await read(page.next);
    looks += 1;
  }
  return { ...page, looked: looked + looks };
}

function nothing({ next, looked }) {
  return h('div', { class: 'card empty', role: 'status' },
    next ? `Nothing matches on the ${number(looked)} pages looked through so far. There are more.` : 'Nothing more matches.');
}

/** A table in a card. Columns: { name, look? }; rows: { key, cells }, the key one of a kind. */
export function table(caption, columns, rows, empty) {
  if (rows.length === 0) return h('div', { class: 'card empty' }, empty);
  return h('div', { class: 'card flush' }, h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    h('table', {},
      h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col', class: column.look }, column.name)))),
      h('tbody', {}, rows.map(({ key, cells }) => h('tr', { 'data-key': key }, cells.map((cell, i) => h('td', { class: columns[i].look }, cell))))))));
}
