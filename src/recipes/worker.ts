import { FantascopeError } from "../core/errors.ts";
import type { WorkOptions } from "../core/progress.ts";
import { peakMemoryMb } from "./machine.ts";
import { runFolder } from "./run-folder.ts";
import { runJob } from "./run-job.ts";
import { settleRun } from "./settle-run.ts";
import type { WorkerMessage, WorkerOrder, WorkerTask } from "./worker-process.ts";

/** Entry of a worker process: does one task, tells its progress, sends its result home. It ends with the process that began it. */

const stop = new AbortController();
/** Sends home; where nobody listens any more there is nothing left to do. */
const send = (message: WorkerMessage) => {
  process.send!(message, undefined, {}, (error) => {
    if (error) process.exit();
  });
};

process.on("disconnect", () => process.exit());
// A terminal sends these to all of its processes; the one that began this one says when to stop.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => {});

process.on("message", async (order: WorkerOrder) => {
  if (order.type === "stop") return stop.abort();
  try {
    send({
      type: "done",
      result: await done(order, { signal: stop.signal, onProgress: nowAndThen() }),
      peakMb: peakMemoryMb(),
    });
  } catch (error) {
    const known = error instanceof FantascopeError;
    const { name, message, stack } = error as Error;
    send({ type: "failed", name, message: known ? message : `${message}\n${stack}`, error: known ? { ...error } : {} });
  }
});

function done(task: WorkerTask, options: WorkOptions): Promise<unknown> {
  const folder = runFolder(task.folder);
  return task.type === "settle" ? settleRun(task.recipe, folder, options) : runJob(folder, task.job, options);
}

/** Tells progress now and then, and the end. */
function nowAndThen(): NonNullable<WorkOptions["onProgress"]> {
  let last = 0;
  return (progress) => {
    const time = performance.now();
    if (time - last < 250 && progress.done < progress.total) return;
    last = time;
    send({ type: "progress", progress });
  };
}
