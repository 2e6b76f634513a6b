// Words with a colour; the word alone says it too.

import { h } from './dom.js';
import { plural } from './format.js';

const LOOK = {
  running: 'run', processing: 'run',
  waiting: '', ready: '', queued: '', back: '', pending: '',
  delayed: 'warn', retrying: 'warn', retry: 'warn', lapsed: 'bad',
  paused: 'calm', cancelled: 'calm', expired: 'calm',
  completed: 'good', delivered: 'good', ok: 'good',
  failed: 'bad', dead: 'bad', 'circuit-open': 'bad',
};

const WORDS = { ready: 'waiting', 'circuit-open': 'circuit open' };

export function badge(word) {
  // Of a deliverer: 'circuits-open:2', those to so many endpoints.
  const [, open] = word.match(/^circuits-open:(\d+)$/) ?? [];
  if (open) return h('span', { class: 'badge warn' }, `${plural(Number(open), 'circuit')} open`);
  return h('span', { class: `badge ${LOOK[word] ?? ''}` }, WORDS[word] ?? word);
}
