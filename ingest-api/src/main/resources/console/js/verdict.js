// How it all stands, in a sentence or a few: what an operator wants to know first.

import { plural, sentence } from './format.js';

/** What the health's reasons mean here: how bad it is, where to look, what follows. One that is not among them is told as it is. */
const KNOWN = [
  { told: /^no dispatcher /, bad: true, also: ': messages are accepted, and wait' },
  { told: /^no deliverer /, bad: true, also: ': results wait' },
  { told: /^the circuit to the worker is open in (\d+) of \1 /, bad: true, words: 'The worker does not answer: every dispatcher holds its calls back and probes' },
  { told: /^the circuit to a callback endpoint /, href: '#/pending?lane=callbacks' },
  { told: /^everything is paused/, href: '#/conversations?state=paused' },
  { told: /^a conversation has stood still/, href: '#/conversations?state=stuck' },
  { told: /^callbacks to an endpoint have stood still/, href: '#/pending?lane=callbacks' },
  { told: /^Redis has used /, bad: true, also: ', and is close to the memory at which it refuses writes' },
  { told: /^Redis cannot write /, bad: true, also: ', and refuses what is new' },
];

/**
 * Judges nothing by itself: what is a reason to worry, and from when on, is for the health to say.
 * @param reasons of the health
 * @returns {level: 'good' | 'warn' | 'bad', lines: [{ text, href? }]}
 */
export function verdict({ messages, callbacks, pauses }, reasons) {
  const found = reasons.map((reason) => ({ reason, ...KNOWN.find(({ told }) => told.test(reason)) }));
  const line = ({ reason, words, also = '', href }) => ({ text: sentence(words ?? `${reason}${also}`), href });
  const bad = found.filter((one) => one.bad).map(line);
  const warn = found.filter((one) => !one.bad).map(line);
  if (pauses.length > 0 && !pauses.some((pause) => pause.scope === 'all')) {
    warn.push({ text: `${plural(pauses.length, 'pause')} in force.`, href: '#/conversations?state=paused' });
  }
  const dead = messages.dead_letters + callbacks.dead_letters;
  if (dead > 0) warn.push({ text: `${plural(dead, 'dead letter')} to look at.`, href: deadHref(messages) });
  if (bad.length + warn.length === 0) return { level: 'good', lines: [{ text: 'All is well.' }] };
  return { level: bad.length > 0 ? 'bad' : 'warn', lines: [...bad, ...warn] };
}

const deadHref = (messages) => (messages.dead_letters > 0 ? '#/dead-letters' : '#/dead-letters?lane=callbacks');
