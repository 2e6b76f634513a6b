// Says what an action did, to eyes and to screen readers, and goes away by itself.

import { h } from './dom.js';

const SHOWN = 7000;
const box = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });

export function toasts() {
  return box;
}

export function say(text, good = true) {
  const toast = h('div', { class: `toast ${good ? '' : 'bad'}` }, text);
  box.append(toast);
  setTimeout(() => toast.remove(), good ? SHOWN : SHOWN * 2);
}
