// node whole-job-accept.mjs PEER REDIS_URL
// HTTP in, as a team would write it: reads the message, adds it to the queue, answers 202. Prints its port.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { open } from "./queues.mjs";

const [peer, redisUrl] = process.argv.slice(2);
const queue = open(peer, redisUrl, "job");

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const message = JSON.parse(body);
  const message_id = randomUUID();
  await queue.add(`${message.org_id}:${message.user_id}`, { ...message, message_id });
  response.writeHead(202, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ status: "queued", message_id }));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
