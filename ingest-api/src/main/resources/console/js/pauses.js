// Stopping and letting go on, of one conversation, an org or all.

import { post } from './api.js';
import { ask } from './dialog.js';
import { h } from './dom.js';
import { conversation as parts } from './format.js';

/** The scope as the API takes it. */
function body(pause) {
  if (pause.scope === 'conversation') return { conversation: pause.conversation };
  return pause.scope === 'org' ? { org_id: pause.org_id } : { all: true };
}

export function scopeWords(pause) {
  if (pause.scope === 'conversation') return `The conversation of ${parts(pause.conversation).who}`;
  return pause.scope === 'org' ? `The org ${pause.org_id}` : 'Everything';
}

export function askPause(pause, done) {
  const reason = h('textarea', { id: 'reason', maxlength: 500, name: 'reason' });
  ask({
    title: `Pause ${lower(scopeWords(pause))}?`,
    body: [
      h('p', {}, 'What runs goes on to its end. New messages are accepted, and wait until somebody resumes.'),
      h('label', { class: 'field', for: 'reason' }, 'Why? Others will read it.', reason),
    ],
    yes: 'Pause',
    act: async () => {
      const answer = await post('/pause', { ...body(pause), reason: reason.value });
      done();
      return answer.changed ? `${scopeWords(pause)} is paused.` : `${scopeWords(pause)} was paused already.`;
    },
  });
}

export function askResume(pause, done) {
  ask({
    title: `Resume ${lower(scopeWords(pause))}?`,
    body: h('p', {}, 'What waits is taken in its order, as soon as there is room.'),
    yes: 'Resume',
    act: async () => {
      const answer = await post('/resume', body(pause));
      done();
      return answer.changed ? `${scopeWords(pause)} goes on.` : `${scopeWords(pause)} was not paused.`;
    },
  });
}

const lower = (words) => words[0].toLowerCase() + words.slice(1);
