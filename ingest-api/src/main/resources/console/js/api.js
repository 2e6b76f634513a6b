// The operator API. The key lives in this module's memory and nowhere else: a reload asks for it again.

const BASE = '/api/v1/operator';
/** ms; a look at what is there takes less. */
const LOOK_MAX = 30_000;
let key = '';
let onRefused = () => {};

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Whether the same question would be answered the same a little later. */
  get lasts() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

export function signIn(given, refused) {
  key = given;
  onRefused = refused;
}

export function signOut() {
  key = '';
}

export const headers = () => ({ 'X-API-Key': key });

/** Tells why an answer is none, in the server's words. */
export async function problem(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // Not JSON: a proxy's page.
  }
  if (response.status === 401) onRefused();
  return new ApiError(response.status, body.code ?? '', body.detail ?? body.title ?? `status ${response.status}`);
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', credentials: 'omit', ...options, headers: { ...headers(), ...options.headers } });
  } catch {
    throw new ApiError(0, 'unreachable', 'The broker does not answer.');
  }
  if (!response.ok) throw await problem(response);
  return response.json();
}

/** Parameters that are empty are left out. */
export function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const query = new URLSearchParams(given).toString();
  return request(`${BASE}${path}${query ? `?${query}` : ''}`, { signal: AbortSignal.timeout(LOOK_MAX) });
}

export function post(path, body) {
  return request(`${BASE}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

export function cancel(messageId) {
  return post(`/messages/${encodeURIComponent(messageId)}/cancel`, {});
}

/** Why the broker is not healthy, in its own words; none if it is. */
export async function reasons() {
  const response = await fetch('/health', { cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(LOOK_MAX) });
  return (await response.json()).reasons;
}
