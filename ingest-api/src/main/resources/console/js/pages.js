// A list that comes in pages: reads one, goes on to the next and back, and reads the same one again while it is looked at.

import { h, replace } from './dom.js';

const EVERY = 3000;

/**
 * @param read given a cursor ('' for the first page) answers { items, next }
 * @param draw given the items answers elements
 */
export function pages(read, draw) {
  const cursors = [''];
  const body = h('div', {});
  const error = h('p', { class: 'error', role: 'alert' });
  const back = h('button', { type: 'button', onclick: () => { cursors.pop(); load(); } }, 'Previous page');
  const forward = h('button', { type: 'button', onclick: () => { cursors.push(next); load(); } }, 'Next page');
  const turner = h('div', { class: 'row end', hidden: true }, back, forward);
  let next = null;
  let stopped = false;
  let asked = 0;

  async function load() {
    asked += 1;
    const mine = asked;
    try {
      const page = await read(cursors.at(-1));
      if (stopped || mine !== asked) return;
      next = page.next;
      error.textContent = '';
      replace(body, draw(page.items));
      back.disabled = cursors.length === 1;
      forward.disabled = !next;
      turner.hidden = cursors.length === 1 && !next;
    } catch (failed) {
      if (!stopped && mine === asked) error.textContent = failed.message;
    }
  }

  const timer = setInterval(() => { if (!document.hidden && !document.querySelector('dialog[open]')) load(); }, EVERY);
  load();
  return {
    element: h('div', { class: 'stack' }, error, body, turner),
    reload: load,
    restart() { cursors.length = 1; return load(); },
    stop() { stopped = true; clearInterval(timer); },
  };
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
