import { stopIfCancelled, type WorkOptions } from "../core/progress.ts";
import type { Job } from "./job.ts";
import type { RunFolder } from "./run-folder.ts";
import { inWorker } from "./worker-process.ts";

/**
 * Runs jobs side by side in processes of their own, each as soon as those before it are done; of several that could begin, the one with the longest chain of
 * work behind it, so that no worker is left alone with it at the end.
 *
 * A job whose result lies in the run folder is passed over. Every job is a pure function of the run folder and its seed, so the order
 * in which workers take them changes nothing. When one fails, or the signal is given, the others stop at their next checkpoint.
 *
 * @returns most memory in MB that jobs held side by side, each taken at its own peak
 * @throws whatever the first failing job threw
 * @throws {@link CancelledError} when the signal was given
 */
export async function executeJobs(
  jobs: readonly Job[],
  folder: RunFolder,
  { workers, signal, onProgress }: WorkOptions & { readonly workers: number },
): Promise<number> {
  const done = new Set<string>();
  for (const { id } of jobs) if ((await folder.readJson("checkpoints", `${id}.json`)) !== undefined) done.add(id);
  const behind = chainSeconds(jobs);
  const waiting = jobs.filter(({ id }) => !done.has(id)).sort((a, b) => behind.get(b.id)! - behind.get(a.id)!);
  const running = new Map<string, Promise<void>>();
  const shares = new Map<string, number>(); // how far each running job is, 0…1
  const stays: Stay[] = [];
  const failure = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;

  const total = jobs.reduce((sum, { seconds }) => sum + seconds, 0);
  const tell = (stage: string, note?: string) => {
    const share = ({ id }: Job) => (done.has(id) ? 1 : (shares.get(id) ?? 0));
    const worked = jobs.reduce((sum, job) => sum + job.seconds * share(job), 0);
    onProgress?.({ stage, done: worked, total, ...(note ? { note } : {}) });
  };
  const work = async (job: Job) => {
    try {
      const from = performance.now();
      const { result, peakMb } = await inWorker(
        { type: "job", title: job.title, folder: folder.path, job },
        {
          signal: stop,
          onProgress(progress) {
            shares.set(job.id, Math.min(1, progress.done / Math.max(1, progress.total)));
            tell(job.title, progress.note);
          },
        },
      );
      stays.push({ from, to: performance.now(), megabytes: peakMb });
      await folder.writeJson(result, "checkpoints", `${job.id}.json`);
      await folder.log({ event: "job", id: job.id });
      done.add(job.id);
      tell(job.title);
    } catch (error) {
      failure.abort(error); // only the first reason is kept
    } finally {
      running.delete(job.id);
    }
  };

  while (!stop.aborted && waiting.length > 0) {
    const ready = waiting.findIndex(({ after }) => after.every((id) => done.has(id)));
    if (ready >= 0 && running.size < workers) {
      const [job] = waiting.splice(ready, 1) as [Job];
      running.set(job.id, work(job));
    } else if (running.size > 0) await Promise.race(running.values());
    else throw new Error(`internal: ${waiting[0]!.id} waits for a job that is not in the plan`);
  }
  await Promise.all(running.values());
  stopIfCancelled(signal, "run");
  failure.signal.throwIfAborted();
  return mostAtOnce(stays);
}

/** A stretch of time in which some memory was held. */
export interface Stay {
  readonly from: number;
  readonly to: number;
  readonly megabytes: number;
}

/** Largest sum of what is held at one time; 0 where nothing is. */
export function mostAtOnce(stays: readonly Stay[]): number {
  const heldAt = (time: number) =>
    stays.reduce((sum, { from, to, megabytes }) => sum + (from <= time && time < to ? megabytes : 0), 0);
  return Math.max(0, ...stays.map(({ from }) => heldAt(from))); // it grows only where one begins
}

/**
 * Seconds from the start of each job to the end of the longest chain of jobs that begins with it.
 *
 * @see Hu, "Parallel sequencing and assembly line problems", Oper. Res. 9, 841 (1961): highest level first
 */
export function chainSeconds(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const chain = (job: Job): number => {
    const known = found.get(job.id);
    if (known !== undefined) return known;
    found.set(job.id, job.seconds); // for jobs that wait for each other, who fail later
    const next = jobs.filter(({ after }) => after.includes(job.id)).map(chain);
    const seconds = job.seconds + Math.max(0, ...next);
    found.set(job.id, seconds);
    return seconds;
  };
  for (const job of jobs) chain(job);
  return found;
}
