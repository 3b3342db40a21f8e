import { fork } from "node:child_process";
import * as errors from "../core/errors.ts";
import type { Progress, WorkOptions } from "../core/progress.ts";
import type { BaseRecipe } from "./base-recipe.ts";
import type { Job } from "./job.ts";

/** What a worker process is to do in a run folder: `settle` gives the inputs of a run, `job` what is done with them. */
export type WorkerTask = { readonly title: string; readonly folder: string } & (
  | { readonly type: "settle"; readonly recipe: BaseRecipe }
  | { readonly type: "job"; readonly job: Job }
);

/** What a worker is told: its one task, and to stop. */
export type WorkerOrder = WorkerTask | { readonly type: "stop" };

/** What a worker sends home. */
export type WorkerMessage =
  | { readonly type: "progress"; readonly progress: Progress }
  | ({ readonly type: "done" } & Work)
  | { readonly type: "failed"; readonly name: string; readonly message: string; readonly error: object };

/** What came of a task, and the memory that its process held at its peak. */
export interface Work {
  readonly result: unknown;
  readonly peakMb: number;
}

/**
 * Does a task in a process of its own, which is gone when this settles: its memory is given back, and if the runtime or the system ends it, the program lives on to say so.
 *
 * @throws whatever the task threw
 * @throws {@link errors.SessionError} when the process ended before its task was done
 */
export async function inWorker(task: WorkerTask, { signal, onProgress }: WorkOptions): Promise<Work> {
  const file = new URL(`./worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
  const worker = fork(file, { serialization: "advanced", execArgv: [] }); // `node -e PROGRAM` would run the program again, and again
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const order = (message: WorkerOrder) => worker.send(message, () => {}); // one that is gone says so by its exit
  const onStop = () => order({ type: "stop" });
  signal?.addEventListener("abort", onStop);
  try {
    return await new Promise<Work>((resolve, reject) => {
      worker.on("message", (message: WorkerMessage) => {
        if (message.type === "progress") onProgress?.(message.progress);
        else if (message.type === "done") resolve({ result: message.result, peakMb: message.peakMb });
        else reject(revived(message));
      });
      worker.on("error", reject);
      worker.on("exit", (code, killer) => reject(gone(task.title, killer ?? `exit code ${code}`)));
      order(task);
      if (signal?.aborted) onStop();
    });
  } finally {
    signal?.removeEventListener("abort", onStop);
    worker.kill("SIGKILL"); // its results are files by now
    if (worker.pid !== undefined) await ended;
  }
}

function gone(where: string, received: string): errors.SessionError {
  return new errors.SessionError({
    where,
    expected: "a worker that finishes",
    received,
    fix: "Is there enough memory? Try --workers 1.",
  });
}

/** An error of a worker, of its own class and with its full text. */
function revived({ name, message, error }: Extract<WorkerMessage, { type: "failed" }>): Error {
  const sent = Object.assign(new Error(message), error);
  const known = Object.values(errors).find((each) => each.name === name);
  return known ? Object.setPrototypeOf(sent, known.prototype) : sent;
}
