import type { SseEvent } from "./sse.js";

interface Common {
  /** Resumes after this event. */
  id: string | undefined;
}

/** What a stream tells of a message. */
export type BrokerEvent =
  /** It waits; again when its position changes. */
  | (Common & { type: "queued"; messageId: string; position: number })
  /** An attempt has begun, counted from 1. */
  | (Common & { type: "processing"; messageId: string; attempt: number })
  /** What the worker says, as it says it: status, progress, tool_use, complete, … */
  | (Common & { type: "frame"; frame: { type?: string; [more: string]: unknown } })
  /** The attempt is over, another follows: forget what it said. */
  | (Common & { type: "retrying"; messageId: string; reason: string })
  /** It is answered. The last event. */
  | (Common & { type: "done"; messageId: string })
  /** It has ended otherwise. The last event. */
  | (Common & { type: "error"; code: string; error: string; messageId: string | undefined })
  /** One that this client does not know: newer brokers say more. */
  | (Common & { type: "other"; event: string; data: string });

export function brokerEvent(sse: SseEvent): BrokerEvent {
  const id = sse.id;
  const data = json(sse.data);
  switch (data === undefined ? "other" : sse.event) {
    case "queued":
      return { id, type: "queued", messageId: text(data?.message_id), position: Number(data?.queue_position) };
    case "processing":
      return { id, type: "processing", messageId: text(data?.message_id), attempt: Number(data?.attempt) };
    case "message":
      return { id, type: "frame", frame: data as { type?: string } };
    case "retrying":
      return { id, type: "retrying", messageId: text(data?.message_id), reason: text(data?.reason) };
    case "done":
      return { id, type: "done", messageId: text(data?.message_id) };
    case "error":
      return {
        id,
        type: "error",
        code: text(data?.code ?? "unknown"),
        error: text(data?.error ?? sse.data),
        messageId: textOrNone(data?.message_id),
      };
    default:
      return { id, type: "other", event: sse.event, data: sse.data };
  }
}

function json(data: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return String(value ?? "");
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
