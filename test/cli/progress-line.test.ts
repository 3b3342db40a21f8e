import { expect, test } from "vitest";
import { progressLine, timeLeft } from "../../src/cli/progress-line.ts";
import { listeningTerminal } from "./invoke.ts";

/** A clock that is moved by hand, in seconds. */
function clock() {
  let milliseconds = 0;
  const wait = (seconds: number) => {
    milliseconds += 1000 * seconds;
  };
  return { now: () => milliseconds, wait };
}

test("a log gets a plain line every ten seconds, and none for work that is soon done", () => {
  const terminal = listeningTerminal();
  const { now, wait } = clock();
  const { onProgress, clear } = progressLine(terminal, { now });
  for (let done = 0; done <= 100; done++) {
    onProgress({ stage: "train", done, total: 100, note: "loss 1" });
    wait(0.25);
  }
  clear();
  expect(terminal.err).toBe(" 40 %  15 s left · train · loss 1\n 80 %  5 s left · train · loss 1\n");
});

test("a person sees one line that overwrites itself, no longer than the terminal, and gone at the end", () => {
  const terminal = listeningTerminal({ isInteractive: true, columns: 50 });
  const { now, wait } = clock();
  const { onProgress, clear } = progressLine(terminal, { now });
  for (let done = 0; done <= 4; done++) {
    onProgress({ stage: "read a folder of a rater long name", done, total: 4 });
    wait(5);
  }
  const lines = terminal.err.split("\r\x1b[K").slice(1);
  expect(lines).toHaveLength(5);
  expect(lines[0]).toBe("  0 % ░░░░░░░░░░░░░░░░░░░░ read a folder of a rat");
  expect(lines[2]).toBe(" 50 % ██████████░░░░░░░░░░ 10 s left · read a fol");
  for (const line of lines) expect(line.length).toBeLessThan(50);
  clear();
  expect(terminal.err.endsWith("\r\x1b[K")).toBe(true);
  expect(terminal.err).not.toContain("\n");
});

test("time left: the expectation at first, then the pace itself; a continued run counts from where it stood", () => {
  const terminal = listeningTerminal();
  const { now, wait } = clock();
  const line = progressLine(terminal, { now });
  line.expect(0.5); // seconds per unit
  const tell = (done: number) => {
    wait(10);
    line.onProgress({ stage: "run", done, total: 1000 });
    return terminal.err.trimEnd().split("\n").at(-1);
  };
  expect(tell(400)).toBe(" 40 %  5 min left · run"); // 600 units at 0.5 s
  expect(tell(405)).toBe(" 40 %  7 min left · run"); // 595 units at 0.083 · 2 s + 0.917 · 0.5 s
  // From here on 10 s for 5 units, 2 s each, four times slower than expected.
  let last: string | undefined;
  for (let done = 410; done <= 500; done += 5) last = tell(done);
  expect(last).toBe(" 50 %  17 min left · run"); // 500 units at 2 s
});

test("time left is no more precise than it is known", () => {
  expect([1, 42, 61, 150, 3599, 3600, 9000].map(timeLeft)).toEqual([
    "5 s left",
    "45 s left",
    "2 min left",
    "3 min left",
    "1 h 0 min left",
    "1 h 0 min left",
    "2 h 30 min left",
  ]);
});
