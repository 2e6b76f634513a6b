// Serves a `fetch` handler under Node. A Cloudflare Worker needs none of this.
import { createServer, type Server } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

/** @param port 0: any that is free */
export async function serve(handle: (request: Request) => Promise<Response>, port = 0): Promise<Server> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const init: RequestInit = { method: incoming.method ?? "GET", headers: incoming.headers as Record<string, string> };
      if (chunks.length > 0) init.body = Buffer.concat(chunks);
      const response = await handle(new Request(`http://${incoming.headers.host}${incoming.url}`, init));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      if (response.body === null) outgoing.end();
      else await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing);
    } catch (failure) {
      // A stream that is left fails as well.
      if (outgoing.headersSent) return void outgoing.destroy();
      console.error(failure);
      outgoing.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}
