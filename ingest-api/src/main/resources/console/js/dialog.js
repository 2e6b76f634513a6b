// Asks before something is done. The native dialog keeps the focus in.

import { h, keepFocus } from './dom.js';
import { say } from './toast.js';

/**
 * @param title the question
 * @param body elements that tell more, or fields
 * @param yes the word on the button that does it
 * @param act does it, and returns what to say
 * @param danger whether it cannot be undone
 */
export function ask({ title, body, yes, act, danger = false }) {
  const focusBack = keepFocus();
  const error = h('p', { class: 'error', role: 'alert' });
  const confirm = h('button', { type: 'submit', class: `main ${danger ? 'danger' : ''}`, 'data-key': 'confirm' }, yes);
  const close = () => {
    dialog.close();
    dialog.remove();
    focusBack();
  };
  const submit = async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    error.textContent = '';
    try {
      const said = await act();
      close();
      say(said);
    } catch (failed) {
      error.textContent = failed.message;
      confirm.disabled = false;
    }
  };
  const dialog = h('dialog', { 'aria-labelledby': 'dialog-title', oncancel: (event) => { event.preventDefault(); close(); } },
    h('form', { onsubmit: submit },
      h('h2', { id: 'dialog-title' }, title),
      body,
      error,
      h('div', { class: 'row end' }, h('button', { type: 'button', onclick: close }, 'Back'), confirm)));
  document.body.append(dialog);
  dialog.showModal();
  return { confirm, error, close };
}
