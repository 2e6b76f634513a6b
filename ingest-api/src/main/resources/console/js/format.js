// Numbers, times and names as people read them.

const whole = new Intl.NumberFormat('en');
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayTime = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const number = (value) => whole.format(value ?? 0);

export function rate(perSecond) {
  if (perSecond === 0) return '0/s';
  return perSecond < 10 ? `${perSecond.toFixed(1)}/s` : `${whole.format(Math.round(perSecond))}/s`;
}

/** Seconds in the two largest units that matter. */
export function duration(seconds) {
  if (seconds === undefined || seconds === null) return '';
  if (seconds < 0.001) return '0 s';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return two(Math.floor(seconds / 60), 'min', Math.floor(seconds % 60), 's');
  if (seconds < 172800) return two(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return `${Math.round(seconds / 86400)} days`;
}

const two = (large, unit, small, smaller) => (small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`);

export function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let at = 0;
  let left = value ?? 0;
  while (left >= 1024 && at < units.length - 1) {
    left /= 1024;
    at += 1;
  }
  return `${left < 10 && at > 0 ? left.toFixed(1) : Math.round(left)} ${units[at]}`;
}

/** The time of day; with the day, if it is not today. */
export function time(rfc3339) {
  if (!rfc3339) return '';
  const at = new Date(rfc3339);
  return at.toDateString() === new Date().toDateString() ? clockTime.format(at) : dayTime.format(at);
}

/** The broker's words with the times in them as this page writes times: in the zone of whoever reads it. */
export const withTimes = (words) => words.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, time);

/** What is left of an id when it has to be short: the end, which differs. */
export const shortId = (id) => `…${id.slice(-12)}`;

/** 'user:acme:ann' and 'group:acme:chat:thread', unescaped, as 'ann' and 'acme'. */
export function conversation(name) {
  const [kind, org = '', ...rest] = name.split(':').map(decoded);
  return { kind, org, who: rest.length > 0 ? rest.join(' · ') : name };
}

/** What was typed into the address may be anything. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** From when what is shown is, if anything is. */
export const asOf = (at) => (at ? `What you see is from ${time(at)}. ` : '');

/** Why nothing new comes, and what is done about it. */
export const loss = (words, at, again) => `${sentence(words)} ${asOf(at)}${again ? 'Trying again …' : ''}`.trim();

/** With a capital and a full stop. */
export const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? '' : '.'}`;

export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
