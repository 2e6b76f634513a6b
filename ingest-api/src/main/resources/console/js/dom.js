// Elements without markup in strings: what comes from outside is always text.

const SVG = 'http://www.w3.org/2000/svg';
const HANDLERS = ['onclick', 'onchange', 'oninput', 'onsubmit'];
const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]';

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element[name] = value;
    else if (value === true) element.setAttribute(name, '');
    else element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** h('a', { href: '#/x', onclick: f }, 'text', child, [more]) */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/**
 * Makes this a parent's content. What is there already and is alike stays and is only adjusted, so that focus, scrolling, a
 * selection and a finger's touch outlive it. An element with a data-key is alike to that with the same key among its siblings;
 * the others go by their place.
 */
export function replace(parent, ...children) {
  const focusBack = keepFocus(parent);
  adjust(parent, h('div', {}, children));
  focusBack();
}

/** Remembers where the focus is. What it returns gives it back there or, if that is gone, to the nearest around it that is left. */
export function keepFocus(within = document.body) {
  const path = [];
  if (within.contains(document.activeElement)) {
    for (let one = document.activeElement; one !== within; one = one.parentElement) path.push(one);
  }
  return () => {
    if (path.length === 0 || document.activeElement === path[0]) return;
    const left = path.find((one) => one.isConnected && one.matches(FOCUSABLE)) ?? document.querySelector('main h1');
    left?.focus({ preventScroll: true });
  };
}

function adjust(parent, wanted) {
  const keys = new Set([...wanted.children].map((child) => child.dataset.key));
  const keyed = new Map();
  for (const child of [...parent.children]) {
    if (!child.dataset.key) continue;
    if (keys.has(child.dataset.key)) keyed.set(child.dataset.key, child);
    else child.remove();
  }
  let at = parent.firstChild;
  for (const child of [...wanted.childNodes]) {
    const key = child.dataset?.key;
    const known = key ? keyed.get(key) : at;
    keyed.delete(key);
    if (known && alike(known, child)) {
      if (known === at) at = at.nextSibling;
      else parent.insertBefore(known, at);
      adopt(known, child);
    } else {
      parent.insertBefore(child, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const alike = (one, other) => one.nodeName === other.nodeName && one.dataset?.key === other.dataset?.key;

function adopt(known, wanted) {
  if (known.nodeType === Node.TEXT_NODE) {
    if (known.data !== wanted.data) known.data = wanted.data;
    return;
  }
  for (const { name } of [...known.attributes]) if (!wanted.hasAttribute(name)) known.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (known.getAttribute(name) !== value) known.setAttribute(name, value);
  for (const handler of HANDLERS) known[handler] = wanted[handler];
  if (known.nodeName === 'INPUT') known.checked = wanted.checked;
  adjust(known, wanted);
}
