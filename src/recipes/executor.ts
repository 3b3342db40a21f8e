import { Worker } from "node:worker_threads";
import { CancelledError, SessionError } from "../core/errors.ts";
import type { Progress, WorkOptions } from "../core/progress.ts";
import type { Job } from "./plan.ts";
import type { RunFolder } from "./run-folder.ts";

/** What a worker sends home. */
export type WorkerMessage =
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly name: string; readonly message: string; readonly error: unknown };

/** What a worker is told. */
export type WorkerOrder =
  | { readonly type: "job"; readonly folder: string; readonly job: Job }
  | { readonly type: "stop" };

/**
 * Runs jobs side by side in worker threads, each as soon as those before it are done.
 *
 * A job whose result lies in the run folder is passed over. Every job is a pure function of the run folder and its seed, so the order
 * in which workers take them changes nothing. When one fails, or the signal is given, the others stop at their next checkpoint.
 */
export async function executeJobs(
  jobs: readonly Job[],
  folder: RunFolder,
  { workers, signal, onProgress }: WorkOptions & { readonly workers: number },
): Promise<void> {
  const done = new Set<string>();
  for (const job of jobs) if ((await folder.readJson("checkpoints", `${job.id}.json`)) !== undefined) done.add(job.id);
  const waiting = jobs.filter((job) => !done.has(job.id));
  const running = new Map<string, { job: Job; worker: Worker; share: number }>();
  const total = jobs.reduce((sum, job) => sum + job.seconds, 0);

  const tell = (stage: string, note?: string) => {
    const finished = jobs.reduce((sum, job) => sum + (done.has(job.id) ? job.seconds : 0), 0);
    const underWay = [...running.values()].reduce((sum, { job, share }) => sum + job.seconds * share, 0);
    onProgress?.({ stage, done: finished + underWay, total, ...(note ? { note } : {}) });
  };

  await new Promise<void>((resolve, reject) => {
    let failure: unknown;
    const stopAll = () => {
      for (const { worker } of running.values()) worker.postMessage({ type: "stop" } satisfies WorkerOrder);
    };
    const onAbort = () => {
      failure ??= new CancelledError({
        where: "run",
        expected: "to finish",
        received: "a request to stop",
        fix: "Run the same command again to continue where it stopped.",
      });
      stopAll();
      if (running.size === 0) reject(failure);
    };
    const settle = (id: string) => {
      void running.get(id)?.worker.terminate();
      running.delete(id);
      if (failure !== undefined) {
        if (running.size === 0) reject(failure);
        return;
      }
      startReady();
      if (running.size === 0 && waiting.length === 0) resolve();
    };
    const start = (job: Job) => {
      const worker = new Worker(new URL(`./worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));
      const entry = { job, worker, share: 0 };
      running.set(job.id, entry);
      let settled = false;
      const fail = (error: unknown) => {
        failure ??= error;
        if (settled) return;
        settled = true;
        stopAll();
        settle(job.id);
      };
      worker.on("message", (message: WorkerMessage) => {
        if (message.type === "progress") {
          entry.share = Math.min(1, message.progress.done / Math.max(1, message.progress.total));
          tell(job.title, message.progress.note);
        } else if (message.type === "failed") fail(revive(message));
        else if (!settled) {
          settled = true;
          void folder.writeJson(message.result, "checkpoints", `${job.id}.json`).then(
            async () => {
              await folder.log({ event: "job", id: job.id });
              done.add(job.id);
              entry.share = 0; // counted among the finished from now on
              tell(job.title);
              settle(job.id);
            },
            (error) => {
              settled = false;
              fail(error);
            },
          );
        }
      });
      worker.on("error", fail);
      worker.on("exit", (code) => {
        if (!settled)
          fail(
            new SessionError({
              where: job.title,
              expected: "a worker that finishes",
              received: `exit code ${code}`,
              fix: "Is there enough memory? Try --workers 1.",
            }),
          );
      });
      worker.postMessage({ type: "job", folder: folder.path, job } satisfies WorkerOrder);
    };
    const startReady = () => {
      while (running.size < workers) {
        const next = waiting.findIndex((job) => job.after.every((id) => done.has(id)));
        if (next < 0) return;
        start(waiting.splice(next, 1)[0]!);
      }
    };
    if (signal?.aborted) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    startReady();
    if (running.size === 0) resolve();
  });
}

/** An error of a worker, with its class name and full text. */
function revive({ name, message, error }: Extract<WorkerMessage, { type: "failed" }>): Error {
  return Object.assign(new Error(message), error as object, { name, message });
}
