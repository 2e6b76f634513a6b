// A page that shows an answer while it is said, and goes on after a lost connection. The key stays on this server, which knows
// who is asking and passes the stream on; the page is the browser's own EventSource.
//   npm run examples
//   BROKER_API_KEY=brk_… node build/examples/streaming-web-client.js
//   then open http://127.0.0.1:9101
import { Broker } from "../src/index.js";
import { serve } from "./serve.js";

const PAGE = `<!doctype html><meta charset="utf-8"><title>Chat</title>
<form><input name="text" value="Hello [drip=10x300]" size="40"> <button>Ask</button></form><p id="said" style="white-space: pre-wrap"></p>
<script type="module">
  const form = document.querySelector("form"), said = document.querySelector("#said");
  form.onsubmit = async (submit) => {
    submit.preventDefault();
    const asked = await fetch("/ask", { method: "POST", body: form.elements.text.value });
    if (!asked.ok) return void (said.textContent = "Not now. Try again.");
    let soFar = "";
    const events = new EventSource("/watch/" + (await asked.json()).message_id);
    events.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "queued") said.textContent = "(waiting, " + (event.position - 1) + " before you)";
      if (event.type === "retrying") said.textContent = soFar = "";
      if (event.frame?.type === "progress") said.textContent = soFar += event.frame.text;
      if (event.frame?.type === "complete") said.textContent = event.frame.response.responses.join("\\n");
      if (event.type === "error") said.textContent = event.error;
      if (event.type === "done" || event.type === "error") events.close();
    };
  };
</script>`;

/** @param userOf who is asking, from the page's session; nobody can watch another's message */
export function webClient(broker: Broker, userOf: (request: Request) => string): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(PAGE, { headers: { "content-type": "text/html" } });
    if (pathname === "/ask") {
      const message = await request.text();
      const queued = await broker.send({ org_id: "demo", user_id: userOf(request), client_id: "web", message });
      return Response.json(queued);
    }
    if (pathname.startsWith("/watch/")) return watch(request, pathname.slice("/watch/".length));
    return new Response(null, { status: 404 });
  };

  /** The browser comes back by itself, with the id of the last event that it saw. */
  function watch(request: Request, messageId: string): Response {
    const left = new AbortController();
    const lastEventId = request.headers.get("last-event-id") ?? undefined;
    const events = broker.stream({ userId: userOf(request), messageId, lastEventId }, { signal: left.signal });
    const text = new ReadableStream<string>({
      async pull(controller) {
        const { done, value } = await events.next();
        if (done) controller.close();
        else controller.enqueue(`${value.id === undefined ? "" : `id: ${value.id}\n`}data: ${JSON.stringify(value)}\n\n`);
      },
      cancel: () => left.abort(),
    });
    return new Response(text.pipeThrough(new TextEncoderStream()), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
    });
  }
}

if (process.argv[1]?.endsWith("streaming-web-client.js")) {
  const { BROKER_URL, BROKER_API_KEY } = process.env;
  const broker = new Broker({ url: BROKER_URL ?? "http://127.0.0.1:8080", key: BROKER_API_KEY ?? "" });
  await serve(webClient(broker, () => "ann"), 9101);
}
