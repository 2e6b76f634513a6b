// Server-sent events over fetch, since EventSource cannot show a key. Says honestly whether it is connected.

import { ApiError, headers, problem } from './api.js';

const SILENCE_MAX = 12_000;
const WAITS = [500, 1000, 2000, 5000, 10_000];

/**
 * Follows a stream until the returned function is called.
 * @param onEvent is given (name, data)
 * @param onState is given 'live' at each sign of life; 'lost' and why, as far as that was said, and it tries again; or 'refused' and
 *   why, and that is all
 */
export function follow(path, onEvent, onState = () => {}) {
  let stopped = false;
  let failures = 0;
  let current = new AbortController();

  const run = async () => {
    while (!stopped) {
      current = new AbortController();
      let reason;
      try {
        await read(path, current, (name, data) => {
          failures = 0;
          onState('live');
          if (name !== 'ping') onEvent(name, data);
        });
      } catch (failed) {
        reason = failed instanceof ApiError ? failed : undefined;
      }
      if (stopped) return;
      if (reason?.lasts) {
        onState('refused', reason.message);
        return;
      }
      onState('lost', reason?.message);
      await new Promise((resolve) => { setTimeout(resolve, WAITS[Math.min(failures, WAITS.length - 1)]); });
      failures += 1;
    }
  };
  run();
  return () => {
    stopped = true;
    current.abort();
  };
}

async function read(path, abort, onEvent) {
  // A connection that says nothing, not even that it lives, is a lost one.
  let watchdog = setTimeout(() => abort.abort(), SILENCE_MAX);
  try {
    const response = await fetch(path, {
      headers: { ...headers(), Accept: 'text/event-stream' }, cache: 'no-store', credentials: 'omit', signal: abort.signal,
    });
    if (!response.ok) throw await problem(response);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MAX);
      text += value;
      const events = text.split('\n\n');
      text = events.pop();
      events.forEach((event) => dispatch(event, onEvent));
    }
  } finally {
    clearTimeout(watchdog);
  }
}

function dispatch(event, onEvent) {
  let name = 'message';
  const data = [];
  for (const line of event.split('\n')) {
    if (line.startsWith(':')) name = 'ping';
    else if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
  }
  onEvent(name, data.length > 0 ? JSON.parse(data.join('\n')) : undefined);
}
