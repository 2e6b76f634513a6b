import { BrokerError } from "./error.js";
import { brokerEvent, type BrokerEvent } from "./events.js";
import type { components } from "./openapi.js";
import { readEvents } from "./sse.js";

export type Submission = components["schemas"]["Submission"];
export type Queued = components["schemas"]["Queued"];
/** The worker's answer, and the message's id. */
export type Answer = components["schemas"]["ChatResponse"];
export type Message = components["schemas"]["Message"];

export interface BrokerOptions {
  /** Where the broker is: `https://broker.example`. */
  url: string;
  /** The key of this client. */
  key: string;
  /** Instead of the global one. */
  fetch?: typeof fetch | undefined;
}

interface Abortable {
  signal?: AbortSignal | undefined;
}

/** How long one look at a message is held, in seconds; proxies end silent requests sooner or later. */
const LOOK_SECONDS = 50;
/** A look that is answered this much later than it was to be held has lost its connection. */
const LATE_SECONDS = 15;
/** A stream says something at least each 15 s; one that does not has lost its connection. */
const SILENCE_MAX_MILLIS = 45_000;
/** Waits before the broker is asked again, in milliseconds; the last one repeats. */
const AGAIN_AFTER_MILLIS = [500, 1000, 2000, 5000] as const;
const RETRY_AFTER_MAX_MILLIS = 60_000;

const ENDED: ReadonlySet<Message["status"]> = new Set(["completed", "failed", "cancelled", "expired"]);

/** A client of the broker. Holds no connection of its own; one is enough for all conversations. */
export class Broker {
  readonly #url: string;
  readonly #key: string;
  readonly #fetch: typeof fetch;

  constructor(options: BrokerOptions) {
    this.#url = options.url.replace(/\/+$/, "");
    this.#key = options.key;
    // A browser's own takes no other `this`.
    const given = options.fetch;
    this.#fetch = (input, init) => (given ?? fetch)(input, init);
    // Throws what no request could be made of, before it looks like a broken connection.
    new Request(this.#url, { headers: { "x-api-key": this.#key } });
  }

  /**
   * Hands a message over and returns once the broker has it for good. The answer comes to its `callback_url`, or is awaited with
   * {@link wait} or {@link stream}. Never repeated here; with a `client_message_id`, repeating the call repeats nothing.
   *
   * @throws BrokerError if the broker refuses; 429 and 503 say when to come back
   */
  async send(message: Submission, options: Abortable = {}): Promise<Queued> {
    const response = await this.#request("POST", "/api/v1/message", {
      ...options,
      body: message,
      headers: { prefer: "respond-async" },
    });
    return (await response.json()) as Queued;
  }

  /**
   * Sends a message and returns the worker's answer. Leaving it cancels nothing.
   *
   * @throws BrokerError with the message's `error`, if it ended otherwise: 504 if it was too late, else 502
   */
  async ask(message: Submission, options: Abortable = {}): Promise<Answer> {
    const { message_id } = await this.send(message, options);
    const ended = await this.wait(message_id, options);
    if (ended.status !== "completed") {
      const code = ended.error?.code ?? ended.status;
      throw new BrokerError(code === "expired" || code === "worker_timeout" ? 504 : 502, {
        code,
        detail: ended.error?.message ?? `the message has ended as ${ended.status}`,
        message_id,
      });
    }
    return { ...ended.response, message_id } as Answer;
  }

  /** The message as it is now. */
  async message(messageId: string, options: Abortable & { waitSeconds?: number | undefined } = {}): Promise<Message> {
    const wait = options.waitSeconds === undefined ? "" : `?wait=${options.waitSeconds}`;
    const response = await this.#request("GET", `/api/v1/message/${encodeURIComponent(messageId)}${wait}`, options);
    return (await response.json()) as Message;
  }

  /**
   * Returns when the message has ended, however; asks again where a connection breaks or the broker is away. Give it an
   * `AbortSignal.timeout(…)` if your patience has an end.
   */
  async wait(messageId: string, options: Abortable = {}): Promise<Message> {
    for (let failures = 0; ; ) {
      const late = AbortSignal.timeout((LOOK_SECONDS + LATE_SECONDS) * 1000);
      const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late]);
      try {
        const message = await this.message(messageId, { signal, waitSeconds: LOOK_SECONDS });
        if (ENDED.has(message.status)) return message;
        failures = 0;
      } catch (failure) {
        await again(failures++, failure, options.signal);
      }
    }
  }

  /** Cancels a message: one that waits never runs, one that runs is aborted. One that has ended: `BrokerError`, 409. */
  async cancel(messageId: string, options: Abortable = {}): Promise<void> {
    const response = await this.#request("DELETE", `/api/v1/message/${encodeURIComponent(messageId)}`, options);
    await response.body?.cancel();
  }

  /**
   * What becomes of a message, as it happens, from its beginning or from `lastEventId` on. Ends after `done` or `error`. A
   * stream that breaks or falls silent is taken up where it broke, as long as the signal allows. Leaving it cancels nothing.
   */
  async *stream(
    of: { userId: string; messageId: string; orgId?: string | undefined; lastEventId?: string | undefined },
    options: Abortable = {},
  ): AsyncGenerator<BrokerEvent, void, undefined> {
    const query = new URLSearchParams({ user_id: of.userId, message_id: of.messageId });
    if (of.orgId !== undefined) query.set("org_id", of.orgId);
    let lastEventId = of.lastEventId;
    let over = false;
    for (let failures = 0; ; failures++) {
      let failure: unknown;
      try {
        let silent = true;
        const events = await this.#events(`/api/v1/stream?${query}`, lastEventId, options);
        for await (const sse of readEvents(events, SILENCE_MAX_MILLIS)) {
          silent = false;
          failures = 0;
          const event = brokerEvent(sse);
          lastEventId = event.id ?? lastEventId;
          yield event;
          if (event.type === "done" || event.type === "error") return;
        }
        // A broker that stops ends its streams. So does one that has nothing to say after `lastEventId`, which was the last.
        if (silent && over) return;
        if (silent) over = ENDED.has((await this.message(of.messageId, options)).status);
      } catch (thrown) {
        failure = thrown;
      }
      await again(failures, failure, options.signal);
    }
  }

  async #events(path: string, lastEventId: string | undefined, options: Abortable): Promise<ReadableStream<Uint8Array>> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
    const response = await this.#request("GET", path, { ...options, headers });
    if (response.body === null) throw new TypeError("the stream has no body");
    return response.body;
  }

  async #request(
    method: string,
    path: string,
    options: Abortable & { body?: unknown; headers?: Record<string, string> },
  ): Promise<Response> {
    const headers: Record<string, string> = { "x-api-key": this.#key, ...options.headers };
    // The broker sends nobody elsewhere, and the key is for nobody else.
    const init: RequestInit = { method, headers, redirect: "manual" };
    if (options.signal !== undefined) init.signal = options.signal;
    if (options.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    const response = await this.#fetch(this.#url + path, init);
    if (!response.ok) throw await BrokerError.of(response);
    return response;
  }
}

/** Returns when it is time to ask again; throws what the broker would only say again. */
async function again(failures: number, failure: unknown, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let toldMillis = 0;
  if (failure instanceof SyntaxError) throw failure;
  if (failure instanceof BrokerError) {
    if (failure.status < 500 && failure.status !== 429) throw failure;
    toldMillis = Math.min((failure.retryAfterSeconds ?? 0) * 1000, RETRY_AFTER_MAX_MILLIS);
  }
  const ownMillis = AGAIN_AFTER_MILLIS[failures] ?? 5000;
  // Many lose their connections at the same time.
  await pause(Math.max(toldMillis, ownMillis) * (1 + Math.random() / 2), signal);
}

async function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, millis);
    const aborted = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
