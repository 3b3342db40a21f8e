import { parentPort } from "node:worker_threads";
import { FantascopeError } from "../core/errors.ts";
import type { WorkerMessage, WorkerOrder } from "./executor.ts";
import { runFolder } from "./run-folder.ts";
import { runJob } from "./run-job.ts";

/** Entry of a worker thread: takes one job, tells its progress, sends its result home. */

const port = parentPort!;
const stop = new AbortController();
const send = (message: WorkerMessage) => port.postMessage(message);

port.on("message", async (order: WorkerOrder) => {
  if (order.type === "stop") return stop.abort();
  try {
    let last = 0;
    const result = await runJob(runFolder(order.folder), order.job, {
      signal: stop.signal,
      onProgress: (progress) => {
        const now = performance.now();
        if (now - last < 250 && progress.done < progress.total) return;
        last = now;
        send({ type: "progress", progress });
      },
    });
    send({ type: "done", result });
  } catch (error) {
    const known = error instanceof FantascopeError;
    const { name, message, stack } = error as Error;
    send({ type: "failed", name, message: known ? message : `${message}\n${stack}`, error: known ? { ...error } : {} });
  }
});
