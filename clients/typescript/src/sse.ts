/** One event of an event stream, as the HTML standard reads them. */
export interface SseEvent {
  id: string | undefined;
  event: string;
  data: string;
}

/**
 * Reads an event stream. Ends when the stream does; an unfinished last event is dropped, as the standard says. Throws if nothing
 * comes for so long, not even a comment.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silenceMaxMillis: number,
): AsyncGenerator<SseEvent, void, undefined> {
  let id: string | undefined;
  let event = "";
  let data: string[] = [];
  for await (const line of lines(body, silenceMaxMillis)) {
    if (line === "") {
      if (data.length > 0) {
        yield { id, event: event === "" ? "message" : event, data: data.join("\n") };
      }
      event = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const rest = colon < 0 ? "" : line.slice(colon + 1);
    const value = rest.startsWith(" ") ? rest.slice(1) : rest;
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  }
}

async function* lines(body: ReadableStream<Uint8Array>, silenceMaxMillis: number): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  // Of a line that has not ended. Looked through once only: an answer may be long, and come in many pieces.
  let begun = "";
  let afterCarriageReturn = false;
  try {
    for (;;) {
      const { done, value } = await within(silenceMaxMillis, reader.read());
      if (done) return;
      let text = decoder.decode(value, { stream: true });
      if (text === "") continue;
      if (afterCarriageReturn && text.startsWith("\n")) text = text.slice(1);
      afterCarriageReturn = text.endsWith("\r");
      const pieces = text.split(/\r\n|\n|\r/);
      const rest = pieces.pop() ?? "";
      for (const piece of pieces) {
        yield begun + piece;
        begun = "";
      }
      begun += rest;
    }
  } finally {
    // The consumer left, or the stream broke: the connection is not kept for nobody.
    await reader.cancel().catch(() => undefined);
  }
}

async function within<T>(millis: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`silent for ${millis} ms`)), millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
