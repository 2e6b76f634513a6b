// Boots the console: the gate, then the frame with its navigation, the live overview, and one view at a time.

import { reasons, signOut } from './api.js';
import { dismiss } from './dialog.js';
import { h } from './dom.js';
import { asOf, decoded, number, sentence } from './format.js';
import * as history from './history.js';
import { follow } from './live.js';
import { login } from './login.js';
import { placeOf } from './links.js';
import { other, toggle } from './theme.js';
import { toasts } from './toast.js';
import { verdict } from './verdict.js';
import * as actions from './views/actions.js';
import * as conversation from './views/conversation.js';
import * as conversations from './views/conversations.js';
import * as deadLetters from './views/deadletters.js';
import * as message from './views/message.js';
import * as overview from './views/overview.js';
import * as pending from './views/pending.js';

const NAVIGATION = [
  ['/overview', 'Overview', overview],
  ['/conversations', 'Conversations', conversations],
  ['/dead-letters', 'Dead letters', deadLetters],
  ['/pending', 'Pending', pending],
  ['/actions', 'Actions', actions],
];

const app = document.getElementById('app');
const listeners = new Set();
let latest;
let judged;
let asking = false;
let named = '';
let sign = '';
let stopView = () => {};
let stopLive = () => {};

function leave(note) {
  dismiss();
  stopView();
  stopLive();
  window.onhashchange = null;
  signOut();
  history.forget();
  latest = undefined;
  judged = undefined;
  tab('Broker console', '');
  login(app, enter, () => leave('The broker no longer takes this key.'), note);
}

/** The tab's name, for whoever looks elsewhere: before it `(!)` while something is bad, `(?)` while nothing is known. */
function tab(name, mark) {
  named = name;
  sign = mark;
  document.title = `${sign}${named}`;
}

const tell = () => listeners.forEach((listener) => listener(latest, judged));

/** The live overview says what is; whether that is well, the health says. */
async function judge() {
  if (asking) return;
  asking = true;
  const found = await reasons().catch(() => ['the health cannot be read']);
  asking = false;
  if (!latest) return;
  judged = found;
  tab(named, verdict(latest, judged).level === 'bad' ? '(!) ' : '');
  tell();
}

function enter() {
  const main = h('main', { id: 'main' });
  const state = h('span', { class: 'link', role: 'status' }, 'Connecting');
  const lost = h('div', { class: 'lost', role: 'alert', hidden: true });
  const dead = h('span', { class: 'count', 'aria-label': '' });
  const links = NAVIGATION.map(([path, name]) => h('a', { href: `#${path}` }, name, path === '/dead-letters' ? dead : null));
  const find = h('input', { type: 'search', placeholder: 'Id, or org/user', 'aria-label': 'Go to a message by its id, or to a conversation as org/user', spellcheck: 'false' });
  const theme = h('button', { type: 'button', class: 'plain', onclick: () => { toggle(); label(); } });
  const label = () => { theme.textContent = other() === 'dark' ? 'Dark' : 'Light'; };
  label();
  app.replaceChildren(
    h('a', { class: 'skip', href: '#main', onclick: (event) => { event.preventDefault(); main.querySelector('h1')?.focus(); } }, 'Skip to the content'),
    lost,
    h('div', { class: 'frame' },
      h('header', { class: 'side' },
        h('div', { class: 'brand' }, h('img', { src: '/console/icon.svg', alt: '' }), 'Broker'),
        h('nav', { 'aria-label': 'Views' }, h('ul', {}, links.map((link) => h('li', {}, link)))),
        h('form', { role: 'search', onsubmit: (event) => { event.preventDefault(); if (find.value.trim()) location.hash = placeOf(find.value.trim()); } }, find),
        h('div', { class: 'foot' }, state, h('div', { class: 'row' }, theme, h('button', { type: 'button', class: 'plain', onclick: () => leave('') }, 'Log out')))),
      main),
    toasts());

  const warn = (words) => {
    lost.hidden = words === '';
    if (lost.textContent !== words) lost.textContent = words;
    main.classList.toggle('stale', words !== '');
    if (words !== '') tab(named, '(?) ');
  };
  /** The broker answers, but its Redis does not. */
  const away = (is) => warn(is ? `Redis does not answer: nothing is accepted and nothing runs. ${asOf(latest?.at)}` : '');

  stopLive = follow('/api/v1/operator/live', (event, data) => {
    away(event === 'trouble');
    if (event !== 'overview') return;
    latest = data;
    history.remember(data);
    const letters = data.messages.dead_letters + data.callbacks.dead_letters;
    dead.textContent = letters === 0 ? '' : number(letters);
    dead.setAttribute('aria-label', letters === 0 ? '' : `${number(letters)} to look at`);
    tell();
    judge();
  }, (now, why) => {
    state.className = `link ${now === 'live' ? 'live' : 'lost-dot'}`;
    state.textContent = { live: 'Live', lost: 'Connection lost', refused: 'Not live' }[now];
    if (now === 'lost') warn(`Connection lost. ${why ? `${sentence(why)} ` : ''}${asOf(latest?.at)}Trying again …`);
    if (now === 'refused') warn(`What happens is no longer told here: ${sentence(why)} ${asOf(latest?.at)}`);
  });

  const context = {
    /** Calls back with each live overview and the health's reasons, once they are known; at once with the latest; returns what ends it. */
    onOverview(listener) {
      listeners.add(listener);
      if (latest) listener(latest, judged);
      return () => listeners.delete(listener);
    },
    /** Says in the address what is looked at, without going there anew. */
    rewrite(path, parameters) {
      const given = Object.entries(parameters).filter(([, value]) => value !== '');
      const query = new URLSearchParams(given).toString();
      window.history.replaceState(null, '', `#${path}${query ? `?${query}` : ''}`);
    },
  };
  const go = (focus) => {
    dismiss();
    stopView();
    const [path, query = ''] = location.hash.slice(1).split('?');
    const { view, parameters } = route(path, Object.fromEntries(new URLSearchParams(query)));
    const root = h('div', { class: 'view' });
    main.replaceChildren(root);
    tab(`${view.title} · Broker console`, sign);
    NAVIGATION.forEach(([, , known], i) => {
      if (known === view) links[i].setAttribute('aria-current', 'page');
      else links[i].removeAttribute('aria-current');
    });
    stopView = view.show(root, parameters, context) ?? (() => {});
    window.scrollTo(0, 0);
    if (focus) root.querySelector('h1')?.focus({ preventScroll: true });
  };
  window.onhashchange = () => go(true);
  go(true);
}

function route(path, parameters) {
  const [, first, rest] = path.match(/^\/(conversation|message)\/(.+)$/) ?? [];
  if (first === 'conversation') return { view: conversation, parameters: { name: decoded(rest) } };
  if (first === 'message') return { view: message, parameters: { id: decoded(rest) } };
  const known = NAVIGATION.find(([own]) => own === path);
  return { view: known ? known[2] : overview, parameters };
}

leave('');
