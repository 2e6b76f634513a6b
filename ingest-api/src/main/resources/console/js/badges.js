// Words with a colour; the word alone says it too.

import { h } from './dom.js';

const LOOK = {
  running: 'run', processing: 'run',
  waiting: '', ready: '', queued: '', back: '', pending: '',
  delayed: 'warn', retrying: 'warn', retry: 'warn', lapsed: 'bad',
  paused: 'calm', cancelled: 'calm', expired: 'calm',
  completed: 'good', delivered: 'good', ok: 'good',
  failed: 'bad', dead: 'bad', 'circuit-open': 'bad',
};

const WORDS = { ready: 'waiting', 'circuit-open': 'circuit open' };

export const badge = (word) => h('span', { class: `badge ${LOOK[word] ?? ''}` }, WORDS[word] ?? word);
