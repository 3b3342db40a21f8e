import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { CancelledError, DivergenceError, FormatError, OutputError } from "../../src/core/errors.ts";
import type { Progress } from "../../src/core/progress.ts";
import { loadCheckpoint } from "../../src/engine/checkpoint.ts";
import type { State } from "../../src/engine/step.ts";
import { TINY_STEPS, tinyTraining } from "./tiny-training.ts";

const folder = mkdtempSync(join(tmpdir(), "fantascope-train-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `${files++}.safetensors`);

const uninterrupted = await tinyTraining();

describe("the same bits", () => {
  test.each([1, 2])("run twice with %i threads", async (threads) => {
    const [first, second] = [await tinyTraining({ threads }), await tinyTraining({ threads })];
    expectSameBits(first.state, second.state);
    expect(first.curves).toEqual(second.curves);
  });

  test("cancelled at a step that is no checkpoint, and continued", async () => {
    const checkpointFile = newFile();
    const controller = new AbortController();
    const before = (index: number) => void (index === 33 && controller.abort());
    await expect(tinyTraining({ checkpointFile, before, signal: controller.signal })).rejects.toThrow(CancelledError);
    expect(loadCheckpoint(checkpointFile)!.metadata.step).toBe("34");
    const started: number[] = [];
    const continued = await tinyTraining({ checkpointFile, before: (index) => void started.push(index) });
    expect(started[0]).toBe(34);
    expectSameBits(continued.state, uninterrupted.state);
    expect(continued.curves).toEqual(uninterrupted.curves);
    expect(continued.words).toEqual(["step 0", "step 20", "step 40"]);
  });

  test("an error in a step, and continued from the last checkpoint", async () => {
    const checkpointFile = newFile();
    const failing = (index: number) => {
      if (index === 25) throw new Error("the disk is gone");
      return undefined;
    };
    await expect(tinyTraining({ checkpointFile, before: failing })).rejects.toThrow("the disk is gone");
    expect(loadCheckpoint(checkpointFile)!.metadata.step).toBe("20");
    expectSameBits((await tinyTraining({ checkpointFile })).state, uninterrupted.state);
  });

  test("killed with SIGKILL four times, in another process", async () => {
    const checkpointFile = newFile();
    for (const at of [1, 11, 25, 40]) await runUntil(checkpointFile, at);
    await runUntil(checkpointFile, Number.POSITIVE_INFINITY);
    const { state, metadata } = loadCheckpoint(checkpointFile)!;
    expect(metadata.step).toBe(`${TINY_STEPS}`);
    expectSameBits(
      new Map([...uninterrupted.state.keys()].map((name) => [name, state.get(name)!])),
      uninterrupted.state,
    );
  });

  test("a finished training is only read", async () => {
    const checkpointFile = newFile();
    await tinyTraining({ checkpointFile });
    const again = await tinyTraining({ checkpointFile, before: () => expect.unreachable("no step is left") });
    expectSameBits(again.state, uninterrupted.state);
    expect(again.curves).toEqual(uninterrupted.curves);
  });
});

describe("divergence", () => {
  test.each(["in memory", "on disk"])("goes back once, %s, with half the rate", async (where) => {
    const scales: number[] = [];
    const before = (index: number, rateScale: number) => {
      scales.push(rateScale);
      return index === 27 && rateScale === 1 ? Number.NaN : undefined;
    };
    const options = where === "on disk" ? { checkpointFile: newFile() } : {};
    const { curves } = await tinyTraining({ before, ...options });
    expect(scales).toEqual([...Array(28).fill(1), ...Array(TINY_STEPS - 20).fill(0.5)]);
    expect(curves.loss).toHaveLength(TINY_STEPS);
    expect(curves.loss!.slice(0, 20)).toEqual(uninterrupted.curves.loss!.slice(0, 20));
  });

  test("twice is an error that names step and loss term; the checkpoint stays good", async () => {
    const checkpointFile = newFile();
    const before = (index: number) => (index === 27 ? Number.POSITIVE_INFINITY : undefined);
    const failure = tinyTraining({ checkpointFile, before, stage: "training G" });
    await expect(failure).rejects.toThrow(DivergenceError);
    await expect(failure).rejects.toThrow('training G, step 28: expected a finite loss term "loss", got Infinity');
    expect(loadCheckpoint(checkpointFile)!.metadata).toMatchObject({ step: "20", rollbacks: "1" });
  });

  test("weights that break in the very last step are no result", async () => {
    let broke = 0;
    const after = (index: number, state: State) => {
      if (index === TINY_STEPS - 1 && broke++ === 0) state.get("w1")!.data[0] = Number.NaN;
    };
    const { state } = await tinyTraining({ after });
    expect(broke).toBe(2);
    expect(state.get("w1")!.data.every(Number.isFinite)).toBe(true);
    const always = (index: number, state: State) => {
      if (index === 29) state.get("w1")!.data[0] = Number.NaN;
    };
    await expect(tinyTraining({ after: always })).rejects.toThrow(
      'step 30: expected a finite loss term "weights after the step"',
    );
  });

  test("killed after going back, it continues at half the rate to the same bits", async () => {
    const checkpointFile = newFile();
    const diverging = (index: number, rateScale: number) => (index === 27 && rateScale === 1 ? Number.NaN : undefined);
    const whole = await tinyTraining({ before: diverging });
    const stopped = (index: number, rateScale: number) => {
      if (index === 24 && rateScale < 1) throw new Error("killed");
      return diverging(index, rateScale);
    };
    await expect(tinyTraining({ checkpointFile, before: stopped })).rejects.toThrow("killed");
    const continued = await tinyTraining({ checkpointFile, before: diverging });
    expectSameBits(continued.state, whole.state);
  });
});

describe("an end before the last step", () => {
  test("is kept, tells how far it came, and is the end of a continued training too", async () => {
    const checkpointFile = newFile();
    const told: Progress[] = [];
    let [asked, enough] = [0, false];
    const first = await tinyTraining({
      checkpointFile,
      until: () => enough,
      after: (index) => {
        asked = index;
        enough = index === 12; // no checkpoint is due after step 13
      },
      onProgress: (progress) => told.push(progress),
    });
    expect(asked).toBe(12);
    expect(first.curves.loss).toHaveLength(13);
    expect(told).toHaveLength(14);
    expect(told.at(-1)).toMatchObject({ done: TINY_STEPS, total: TINY_STEPS, note: "ended after 13 steps" });
    const again = await tinyTraining({
      checkpointFile,
      until: () => true,
      before: () => expect.unreachable("it has come to its end"),
    });
    expectSameBits(again.state, first.state);
  });
});

describe("progress and curves", () => {
  test("every step is told, with the first loss", async () => {
    const told: Progress[] = [];
    await tinyTraining({ onProgress: (progress) => told.push(progress), stage: "fit" });
    expect(told).toHaveLength(TINY_STEPS);
    expect(told.at(-1)).toMatchObject({ stage: "fit", done: TINY_STEPS, total: TINY_STEPS });
    expect(told[0]!.note).toMatch(/^loss \d\.\d+$/);
  });

  test("the loss falls, and curves keep the order of the terms", () => {
    const { curves } = uninterrupted;
    expect(Object.keys(curves)).toEqual(["loss", "pool"]);
    expect(curves.loss!.at(-1)!).toBeLessThan(0.5 * curves.loss![0]!);
  });
});

describe("a checkpoint of something else is refused", () => {
  test("another seed", async () => {
    const checkpointFile = newFile();
    await tinyTraining({ checkpointFile, steps: 3 });
    await expect(tinyTraining({ checkpointFile, seed: 1 })).rejects.toThrow(OutputError);
  });

  test("half a file, or a changed one, or none at all", async () => {
    const checkpointFile = newFile();
    await tinyTraining({ checkpointFile, steps: 3 });
    const bytes = readFileSync(checkpointFile);
    writeFileSync(checkpointFile, bytes.subarray(0, bytes.length / 2));
    await expect(tinyTraining({ checkpointFile })).rejects.toThrow(FormatError);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(checkpointFile, bytes);
    await expect(tinyTraining({ checkpointFile })).rejects.toThrow("the hash that was written into it");
    expect(loadCheckpoint(newFile())).toBeUndefined();
  });

  test("a folder that cannot be written fails before the first step and leaves nothing behind", async () => {
    const file = newFile();
    writeFileSync(file, "a file, not a folder");
    const failure = tinyTraining({ checkpointFile: join(file, "checkpoint"), before: () => expect.unreachable() });
    await expect(failure).rejects.toThrow(OutputError);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

/** Trains in a process of its own and kills it once it has said step `at`. */
async function runUntil(file: string, at: number): Promise<void> {
  const program = fileURLToPath(new URL("killed-training.ts", import.meta.url));
  const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
    if (said.split("\n").some((line) => Number(line) >= at)) child.kill("SIGKILL");
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on("close", (...result) => resolve(result)),
  );
  expect(signal ?? code).toBe(at === Number.POSITIVE_INFINITY ? 0 : "SIGKILL");
  expect(existsSync(file)).toBe(true);
}

function expectSameBits(received: State, expected: State): void {
  expect([...received.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { data }] of expected)
    expect(Buffer.from(received.get(name)!.data.buffer).equals(Buffer.from(data.buffer)), name).toBe(true);
}
