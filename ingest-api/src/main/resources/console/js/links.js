// Links between views.

import { h } from './dom.js';
import { conversation as parts, shortId } from './format.js';

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
