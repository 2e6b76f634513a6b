'use strict';

// Shows the API's description. All text is set as text, so nothing in the description can become markup.

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function resolve(api, node) {
  if (!node || !node.$ref) return node;
  return node.$ref.slice(2).split('/').reduce((at, word) => at[word], api);
}

function nameOf(node) {
  return node && node.$ref ? node.$ref.split('/').pop() : '';
}

function typeOf(api, schema) {
  if (nameOf(schema)) return nameOf(schema);
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.type === 'array') return typeOf(api, schema.items || {}) + '[]';
  if (schema.oneOf) return schema.oneOf.map((one) => typeOf(api, one)).join(' | ');
  const types = Array.isArray(schema.type) ? schema.type.join(' | ') : schema.type || 'any';
  return schema.format ? types + ' (' + schema.format + ')' : types;
}

// The properties of a schema as a nested list; a schema within itself is only named.
function properties(api, node, within) {
  const name = nameOf(node);
  const schema = resolve(api, node) || {};
  if (name && within.includes(name)) return null;
  const inside = name ? within.concat(name) : within;
  if (schema.type === 'array') return properties(api, schema.items, inside);
  if (schema.oneOf) return properties(api, schema.oneOf[0], inside);
  if (schema.allOf) {
    const all = element('div');
    schema.allOf.map((part) => properties(api, part, inside)).filter(Boolean).forEach((part) => all.append(part));
    return all;
  }
  if (!schema.properties) return null;
  const list = element('ul');
  for (const [field, value] of Object.entries(schema.properties)) {
    const item = element('li');
    item.append(element('code', field), ' ', element('span', typeOf(api, value), 'faint'));
    if ((schema.required || []).includes(field)) item.append(' ', element('strong', 'required'));
    const described = resolve(api, value).description;
    if (described) item.append(' – ' + described);
    const deeper = properties(api, value, inside);
    if (deeper) item.append(deeper);
    list.append(item);
  }
  return list;
}

function content(api, described) {
  const parts = [];
  for (const [type, media] of Object.entries((described && described.content) || {})) {
    const part = element('div', type + (nameOf(media.schema) ? ' · ' + nameOf(media.schema) : ''), 'faint');
    const list = media.schema && properties(api, media.schema, []);
    parts.push(part);
    if (list) parts.push(list);
  }
  return parts;
}

function parameters(api, list) {
  const table = element('table');
  for (const one of list.map((parameter) => resolve(api, parameter))) {
    const row = element('tr');
    const name = element('td');
    name.append(element('code', one.name), element('span', ' ' + one.in, 'faint'));
    row.append(name, element('td', typeOf(api, resolve(api, one.schema) || {})), element('td', one.description || ''));
    table.append(row);
  }
  return table;
}

function operation(api, path, method, described) {
  const box = element('details');
  box.dataset.words = (method + ' ' + path + ' ' + described.summary + ' ' + (described.tags || []).join(' ')).toLowerCase();
  const summary = element('summary');
  summary.append(element('span', method, 'method ' + method), element('code', path), ' ', element('span', described.summary, 'faint'));
  box.append(summary);
  if (described.description) box.append(element('p', described.description));
  if (described.parameters) box.append(element('h3', 'Parameters'), parameters(api, described.parameters));
  if (described.requestBody) box.append(element('h3', 'Body'), ...content(api, described.requestBody));
  box.append(element('h3', 'Answers'));
  for (const [status, answer] of Object.entries(described.responses || {})) {
    const told = resolve(api, answer);
    const one = element('details');
    one.append(element('summary', status + ' ' + told.description), ...content(api, told));
    box.append(one);
  }
  return box;
}

function show(api) {
  document.getElementById('title').textContent = api.info.title;
  document.getElementById('about').textContent = api.info.description;
  const main = document.getElementById('operations');
  main.replaceChildren();
  const tags = api.tags || [];
  const known = tags.map((tag) => tag.name);
  const other = { name: 'other', description: '' };
  for (const tag of tags.concat(other)) {
    const section = element('section');
    section.append(element('h2', tag.name), element('p', tag.description));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const method of METHODS.filter((word) => item[word])) {
        const first = (item[method].tags || [])[0];
        if (first === tag.name || (tag === other && !known.includes(first))) {
          section.append(operation(api, path, method, item[method]));
        }
      }
    }
    if (section.querySelector('details')) main.append(section);
  }
}

// Also by what was typed before there was anything to find.
function find() {
  const text = document.getElementById('find').value.toLowerCase();
  for (const box of document.querySelectorAll('main section > details')) {
    box.hidden = !box.dataset.words.includes(text);
  }
}

document.getElementById('find').addEventListener('input', find);
fetch('/v3/api-docs')
  .then((answer) => answer.json())
  .then(show)
  .then(find)
  .catch((fault) => {
    document.getElementById('operations').textContent = 'The description cannot be read: ' + fault.message;
  });
