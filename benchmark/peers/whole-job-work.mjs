// node whole-job-work.mjs PEER REDIS_URL WORKER_URL AT_A_TIME
// Takes jobs, calls the worker over HTTP, posts its answer to the callback. Prints a line when it is ready.
import { open } from "./queues.mjs";

const [peer, redisUrl, workerUrl, atATime] = process.argv.slice(2);
const queue = open(peer, redisUrl, "job");
const json = { "Content-Type": "application/json" };

queue.work(Number(atATime), async (message) => {
  const { callback_url, metadata, message_id, ...request } = message;
  const answer = await fetch(`${workerUrl}/api/v1/chat`, { method: "POST", headers: json, body: JSON.stringify(request) });
  const response = await answer.json();
  const { user_id, org_id, client_id } = request;
  const body = JSON.stringify({ message_id, user_id, org_id, client_id, status: "completed", ...response, metadata });
  const posted = await fetch(callback_url, { method: "POST", headers: json, body });
  await posted.arrayBuffer();
});
console.log("ready");
