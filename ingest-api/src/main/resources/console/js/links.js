// Links between views.

import { h } from './dom.js';
import { conversation as parts, shortId } from './format.js';

const MESSAGE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isMessageId = (word) => MESSAGE_ID.test(word);
export const conversationHref = (name) => `#/conversation/${encodeURIComponent(name)}`;
export const messageHref = (id) => `#/message/${encodeURIComponent(id)}`;

export function conversationLink(name) {
  const { kind, org, who } = parts(name);
  return [
    h('a', { href: conversationHref(name) }, who),
    h('span', { class: 'sub' }, kind === 'group' ? `${org}, group` : org),
  ];
}

export const messageLink = (id) => h('a', { href: messageHref(id), class: 'mono', title: id }, shortId(id));

/** Where what was typed leads: a message by its id, a conversation by its name or as org/user, or else a search. */
export function placeOf(typed) {
  if (isMessageId(typed)) return messageHref(typed);
  if (/^(user|group):./.test(typed)) return conversationHref(typed);
  const [, org, user] = typed.match(/^([^/]+)\/([^/]+)$/) ?? [];
  if (org) return conversationHref(`user:${escaped(org)}:${escaped(user)}`);
  return `#/conversations?search=${encodeURIComponent(typed)}`;
}

/** As names of conversations are written: all but [A-Za-z0-9._~@+-] in percents. */
const escaped = (text) => encodeURIComponent(text)
  .replace(/%40|%2B/g, decodeURIComponent)
  .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
