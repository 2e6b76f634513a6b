// Asks for the key. It is tried at once, and never stored.

import { get, signIn } from './api.js';
import { h } from './dom.js';

/** @param entered is called once a key has been let in; @param refused when it no longer is */
export function login(root, entered, refused, note = '') {
  const key = h('input', { id: 'key', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, 'aria-describedby': 'key-note' });
  const error = h('p', { class: 'error', role: 'alert' }, note);
  const button = h('button', { type: 'submit', class: 'main' }, 'Open the console');
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    error.textContent = '';
    signIn(key.value.trim(), () => {});
    try {
      await get('/overview');
      signIn(key.value.trim(), refused);
      entered();
    } catch (failed) {
      error.textContent = words(failed);
      button.disabled = false;
      key.focus();
    }
  };
  root.replaceChildren(h('main', { class: 'gate' },
    h('form', { class: 'card', onsubmit: submit },
      h('div', { class: 'brand' }, h('img', { src: '/console/icon.svg', alt: '' }), h('h1', {}, 'Broker console')),
      h('label', { class: 'field', for: 'key' }, 'Operator key', key),
      h('p', { id: 'key-note', class: 'muted small' }, 'Kept in this page’s memory only: a reload asks for it again.'),
      error,
      button)));
  key.focus();
}

function words(failed) {
  if (failed.status === 401) return 'The broker does not know this key.';
  if (failed.status === 403) return 'This key may not operate the broker.';
  return failed.message;
}
