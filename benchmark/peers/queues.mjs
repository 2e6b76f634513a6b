// The peers behind one small face: add(group, data), work(atATime, handler), close().
// Settings are the libraries' own, but for the number of retained jobs, which is none for both.
import { Queue as BullQueue, Worker as BullWorker } from "bullmq";
import { Queue as GroupQueue, Worker as GroupWorker } from "groupmq";
import { Redis } from "ioredis";

/** @param {"groupmq" | "bullmq"} peer */
export function open(peer, redisUrl, name) {
  const connect = () => new Redis(redisUrl, { maxRetriesPerRequest: null });
  if (peer === "groupmq") {
    const redis = connect();
    const queue = new GroupQueue({ redis, namespace: name });
    return {
      add: (groupId, data) => queue.add({ groupId, data }),
      work: (concurrency, handler) => {
        const worker = new GroupWorker({ queue, concurrency, handler: (job) => handler(job.data) });
        worker.run();
        return worker;
      },
    };
  }
  if (peer === "bullmq") {
    const queue = new BullQueue(name, {
      connection: connect(),
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    return {
      // Groups, and so order within one, are part of its paid edition.
      add: (groupId, data) => queue.add(groupId, data),
      work: (concurrency, handler) =>
        new BullWorker(name, (job) => handler(job.data), { connection: connect(), concurrency }),
    };
  }
  throw new Error(`peer: ${peer} (expected: groupmq or bullmq)`);
}
