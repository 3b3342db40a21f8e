import { CancelledError } from "./errors.ts";

/** How far a piece of long work has come. */
export interface Progress {
  /** What is being done, as a short phrase: `"train segmenter (simulated, seed 0)"`. */
  readonly stage: string;
  /** Units done so far, of `total`. */
  readonly done: number;
  readonly total: number;
  /** A number worth watching, such as the loss. */
  readonly note?: string;
}

/** What every long piece of work takes: where to tell its progress, and the signal that stops it. */
export interface WorkOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Lets signals and timers through: long work that computes without waiting for anything does this between its pieces, so that a request to stop
 * is heard.
 */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Stops here when the caller asked for it.
 *
 * @throws {@link CancelledError} when the signal was given
 */
export function stopIfCancelled(signal: AbortSignal | undefined, where: string): void {
  if (signal?.aborted)
    throw new CancelledError({
      where,
      expected: "to finish",
      received: "a request to stop",
      fix: "Run the same command again to continue.",
    });
}
