import type { Progress } from "../core/progress.ts";
import type { Terminal } from "./terminal.ts";

/** Shows how far work has come: one line that overwrites itself for a person, a plain line now and then for a log. */
export interface ProgressLine {
  readonly onProgress: (progress: Progress) => void;
  /** Seconds that one unit is thought to take, until enough of them have been seen. */
  expect(secondsPerUnit: number): void;
  /** Takes the line away, so that other words can follow. */
  clear(): void;
}

/** Milliseconds between two showings. */
const INTERVAL = { interactive: 100, plain: 10_000 };

/** Share of the work after which its own pace alone is believed. */
const TRUSTED_SHARE = 0.1;

const BAR_WIDTH = 20;

/** @param options.now milliseconds of a clock that never goes back */
export function progressLine(
  terminal: Terminal,
  { now = () => performance.now() }: { now?: () => number } = {},
): ProgressLine {
  const { isInteractive } = terminal;
  let shownAt = isInteractive ? Number.NEGATIVE_INFINITY : now(); // a log needs no line for work that is soon done
  let phase: { key: string; startedAt: number; startedWith: number } | undefined;
  let expected: number | undefined;
  let isShown = false;

  /** Seconds left, from the expectation at first and more and more from the pace itself; a continued run counts from where it stood. */
  const secondsLeft = (done: number, total: number): number | undefined => {
    const { startedAt, startedWith } = phase!;
    const share = (done - startedWith) / Math.max(Number.MIN_VALUE, total - startedWith);
    const measured = share > 0 ? (now() - startedAt) / 1000 / (done - startedWith) : undefined;
    if (measured === undefined || (expected === undefined && share < 0.02))
      return expected === undefined ? undefined : expected * (total - done);
    const trust = expected === undefined ? 1 : Math.min(1, share / TRUSTED_SHARE);
    return (trust * measured + (1 - trust) * (expected ?? 0)) * (total - done);
  };

  return {
    onProgress({ stage, done, total, note }) {
      // Stages that count to the same total are parts of one piece of work.
      const key = `${total}`;
      if (phase?.key !== key) {
        if (phase && isInteractive) shownAt = Number.NEGATIVE_INFINITY;
        phase = { key, startedAt: now(), startedWith: done };
      }
      const isEnd = done >= total;
      if (now() - shownAt < (isInteractive ? INTERVAL.interactive : INTERVAL.plain) && !(isEnd && isInteractive))
        return;
      shownAt = now();
      const share = total > 0 ? Math.min(1, done / total) : 1;
      const percent = `${Math.floor(100 * share)}`.padStart(3);
      const left = isEnd ? undefined : secondsLeft(done, total);
      const words = [left === undefined ? undefined : timeLeft(left), stage, note].filter(Boolean).join(" · ");
      if (!isInteractive) return terminal.note(`${percent} %  ${words}\n`);
      const filled = Math.round(BAR_WIDTH * share);
      const line = `${percent} % ${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${words}`;
      terminal.note(`\r\x1b[K${line.slice(0, terminal.columns() - 1)}`);
      isShown = true;
    },
    expect(secondsPerUnit) {
      expected = secondsPerUnit;
      phase = undefined;
    },
    clear() {
      if (isShown) terminal.note("\r\x1b[K");
      isShown = false;
    },
  };
}

/** Time left as a person says it: no more precise than it is known. */
export function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
