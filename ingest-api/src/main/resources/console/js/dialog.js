// Asks before something is done. The native dialog keeps the focus in.

import { h, keepFocus } from './dom.js';
import { say } from './toast.js';

let closeOpen = () => {};

/** Closes the dialog that is open, if any: whoever it asked has gone elsewhere. */
export const dismiss = () => closeOpen();

/**
 * @param title the question
 * @param body elements that tell more, or fields
 * @param yes the word on the button that does it
 * @param act does it, and returns what to say; is given a signal that is aborted when a person goes back meanwhile
 * @param danger whether it cannot be undone
 * @returns the signal
 */
export function ask({ title, body, yes, act, danger = false }) {
  const focusBack = keepFocus();
  const left = new AbortController();
  const error = h('p', { class: 'error', role: 'alert' });
  const confirm = h('button', { type: 'submit', class: `main ${danger ? 'danger' : ''}` }, yes);
  const close = () => {
    closeOpen = () => {};
    left.abort();
    dialog.close();
    dialog.remove();
    focusBack();
  };
  const submit = async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    error.textContent = '';
    try {
      const said = await act(left.signal);
      if (!left.signal.aborted) close();
      say(said);
    } catch (failed) {
      if (left.signal.aborted) say(failed.message, false);
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
  closeOpen = close;
  document.body.append(dialog);
  dialog.showModal();
  return left.signal;
}
