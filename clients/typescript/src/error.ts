/** What the broker says of a request that it did not carry out (RFC 9457). */
export interface Problem {
  /** Stable, for programs: `queue_full`, `unauthorized`, `worker_failed`, … */
  code: string;
  title?: string;
  detail?: string;
  /** Of the message, where there is one. */
  message_id?: string;
  [more: string]: unknown;
}

/** The broker, or what stands before it, refused. A broken connection is not this: `fetch` throws its own. */
export class BrokerError extends Error {
  readonly status: number;
  readonly problem: Problem;
  /** How long to stay away, where the broker says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problem: Problem, retryAfterSeconds?: number) {
    super(`${status} ${problem.code}${problem.detail === undefined ? "" : `: ${problem.detail}`}`);
    this.name = "BrokerError";
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get code(): string {
    return this.problem.code;
  }

  static async of(response: Response): Promise<BrokerError> {
    const text = await response.text();
    const after = Number(response.headers.get("retry-after") ?? Number.NaN);
    return new BrokerError(response.status, problem(text), Number.isFinite(after) ? after : undefined);
  }
}

function problem(text: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "code" in parsed && typeof parsed.code === "string") {
      return parsed as Problem;
    }
  } catch {
    // Not ours: a proxy's page.
  }
  return { code: "unknown", detail: text.slice(0, 200) };
}
