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
  fetch?: typeof fetch;
}

interface Abortable {
  signal?: AbortSignal;
}

/** How long one look at a message is held, in seconds; proxies end silent requests sooner or later. */
const LOOK_SECONDS = 50;
/** Waits before a broken stream is taken up again, in milliseconds; the last one repeats. */
const RESUME_AFTER_MILLIS = [0, 500, 1000, 2000, 5000] as const;

const ENDED: ReadonlySet<Message["status"]> = new Set(["completed", "failed", "cancelled", "expired"]);

/** A client of the broker. Holds no connection of its own; one is enough for all conversations. */
export class Broker {
  readonly #url: string;
  readonly #key: string;
  readonly #fetch: typeof fetch;

  constructor(options: BrokerOptions) {
    this.#url = options.url.replace(/\/+$/, "");
    this.#key = options.key;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /**
   * Hands a message over and returns once the broker has it for good. The answer comes to its `callback_url`, or is awaited with
   * {@link wait} or {@link stream}. With a `client_message_id`, repeating the call repeats nothing.
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
   * Sends a message and returns the worker's answer.
   *
   * @throws BrokerError with the message's `error`, if it ended otherwise
   */
  async ask(message: Submission, options: Abortable = {}): Promise<Answer> {
    const { message_id } = await this.send(message, options);
    const ended = await this.wait(message_id, options);
    if (ended.status !== "completed") {
      throw new BrokerError(502, {
        code: ended.error?.code ?? ended.status,
        detail: ended.error?.message ?? `the message has ended as ${ended.status}`,
        message_id,
      });
    }
    return { ...ended.response, message_id } as Answer;
  }

  /** The message as it is now. */
  async message(messageId: string, options: Abortable & { waitSeconds?: number } = {}): Promise<Message> {
    const wait = options.waitSeconds === undefined ? "" : `?wait=${options.waitSeconds}`;
    const response = await this.#request("GET", `/api/v1/message/${encodeURIComponent(messageId)}${wait}`, options);
    return (await response.json()) as Message;
  }

  /** Returns when the message has ended, however. Give it an `AbortSignal.timeout(…)` if your patience has an end. */
  async wait(messageId: string, options: Abortable = {}): Promise<Message> {
    for (;;) {
      const message = await this.message(messageId, { ...options, waitSeconds: LOOK_SECONDS });
      if (ENDED.has(message.status)) return message;
    }
  }

  /** Cancels a message: one that waits never runs, one that runs is aborted. One that has ended: `BrokerError`, 409. */
  async cancel(messageId: string, options: Abortable = {}): Promise<void> {
    const response = await this.#request("DELETE", `/api/v1/message/${encodeURIComponent(messageId)}`, options);
    await response.body?.cancel();
  }

  /**
   * What becomes of a message, as it happens, from its beginning or from `lastEventId` on. Ends after `done` or `error`. A
   * stream that breaks is taken up where it broke, as long as the signal allows. Leaving it cancels nothing.
   */
  async *stream(
    of: { userId: string; messageId: string; orgId?: string; lastEventId?: string },
    options: Abortable = {},
  ): AsyncGenerator<BrokerEvent, void, undefined> {
    const query = new URLSearchParams({ user_id: of.userId, message_id: of.messageId });
    if (of.orgId !== undefined) query.set("org_id", of.orgId);
    let lastEventId = of.lastEventId;
    for (let broken = 0; ; broken++) {
      await pause(RESUME_AFTER_MILLIS[Math.min(broken, RESUME_AFTER_MILLIS.length - 1)] ?? 0, options.signal);
      let events: ReadableStream<Uint8Array>;
      try {
        events = await this.#events(`/api/v1/stream?${query}`, lastEventId, options);
      } catch (failure) {
        // What the broker refuses now it refuses again, but for a Redis that is away.
        if (options.signal?.aborted || (failure instanceof BrokerError && failure.status < 500)) throw failure;
        continue;
      }
      try {
        for await (const sse of readEvents(events)) {
          broken = 0;
          const event = brokerEvent(sse);
          lastEventId = event.id ?? lastEventId;
          yield event;
          if (event.type === "done" || event.type === "error") return;
        }
      } catch (failure) {
        if (options.signal?.aborted) throw failure;
      }
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
    const init: RequestInit = { method, headers };
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

async function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (millis === 0) return;
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
