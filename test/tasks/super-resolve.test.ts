import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CancelledError, DataError } from "../../src/core/errors.ts";
import { type Random, random } from "../../src/core/random.ts";
import { saveCheckpoint } from "../../src/engine/checkpoint.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { compileFunction } from "../../src/engine/step.ts";
import { resizePlane } from "../../src/image/resize-plane.ts";
import { decodeModel } from "../../src/onnx/decode.ts";
import {
  drawBatch,
  exportSuperResolver,
  fitSuperResolver,
  loadSuperResolver,
  openSuperResolver,
  type SuperResolveFitOptions,
  type SuperResolverNetwork,
  saveSuperResolver,
  superResolverSchedules,
  superResolverTestPair,
} from "../../src/tasks/super-resolve/index.ts";
import { decibels, toyPair } from "./super-resolve-toy.ts";

const tiny: SuperResolverNetwork = { kind: "gated", channels: [8, 16], blocks: [1, 1] };
const tinyCare: SuperResolverNetwork = { kind: "care", depth: 2, baseChannels: 6, kernel: 3 };
const folder = mkdtempSync(join(tmpdir(), "super-resolve-"));
afterAll(() => rmSync(folder, { recursive: true }));

const heldOut = (scale: 1 | 2 | 4) => Array.from({ length: 6 }, (_, i) => toyPair(random(77).fork(i), { scale }));

describe("learning", () => {
  test.each([
    ["gated", tiny, 1, 2e-3],
    ["gated", tiny, 2, 6e-3],
    ["CARE's", tinyCare, 2, 3e-3],
  ] as const)("the %s network (%#) mends images it never saw", async (_name, network, scale, learningRate) => {
    const pairs = Array.from({ length: 40 }, (_, i) => toyPair(random(6).fork(i), { scale }));
    const model = await fitSuperResolver(
      { drawPair: (stream) => stream.pick(pairs) },
      { random: random(1), network, scale, learningRate, steps: 100, batchSize: 4, cropPx: 32 },
    );
    const resolver = await openSuperResolver([model]);
    let [before, after] = [0, 0];
    for (const { low, high } of heldOut(scale)) {
      before += decibels(high, resizePlane(low, high.height, high.width)) / 6;
      after += decibels(high, await resolver.resolve(low)) / 6;
    }
    await resolver.release();
    expect(after - before).toBeGreaterThan(1);
  });

  test("keeps the weights that do best on the validation pairs", async () => {
    // A rate that grows useless: after the middle, pairs lie, so that the last weights are not the best.
    let drawn = 0;
    const pairs = Array.from({ length: 20 }, (_, i) => toyPair(random(6).fork(i)));
    const lying = (stream: Random) => {
      const pair = stream.pick(pairs);
      return ++drawn > 4 * 36
        ? { low: pair.low, high: { ...pair.high, data: pair.high.data.map((v) => 1 - v) } }
        : pair;
    };
    const model = await fitSuperResolver(
      { drawPair: lying, drawValidationPair: (stream) => toyPair(stream) },
      {
        random: random(2),
        network: tiny,
        steps: 60,
        batchSize: 4,
        cropPx: 32,
        validateEverySteps: 12,
        validationBatches: 2,
      },
    );
    expect(model.validation.map(({ step }) => step)).toEqual([12, 24, 36, 48, 60]);
    expect(model.keptStep).toBe(36);
    const best = Math.min(...model.validation.map(({ loss }) => loss));
    const resolver = await openSuperResolver([model]);
    const { low, high } = await drawBatch(
      (s) => toyPair(s),
      { batchSize: 4, cropPx: 32, scale: 1 },
      random(2).fork("validation", 0),
    );
    let error = 0;
    for (let n = 0; n < 4; n++) {
      const part = (data: Float32Array) => data.subarray(n * 1024, (n + 1) * 1024);
      const result = await resolver.resolve({ data: part(low.data).slice(), height: 32, width: 32 });
      error += result.data.reduce((sum, value, i) => sum + Math.abs(value - part(high.data)[i]!), 0) / 4096;
    }
    await resolver.release();
    expect(error / best).toBeGreaterThan(0.8);
    expect(error / best).toBeLessThan(1.2);
  });
});

describe("a training that was stopped", () => {
  const options = (checkpointFile?: string): SuperResolveFitOptions => ({
    random: random(3),
    network: tiny,
    steps: 24,
    batchSize: 2,
    cropPx: 32,
    validateEverySteps: 6,
    validationBatches: 1,
    ...(checkpointFile ? { checkpointFile } : {}),
  });
  const data = { drawPair: (s: Random) => toyPair(s), drawValidationPair: (s: Random) => toyPair(s) };

  test("continues to the same bits", async () => {
    const whole = await fitSuperResolver(data, options());
    const file = join(folder, "stopped.safetensors");
    const stop = new AbortController();
    const interrupted = fitSuperResolver(data, {
      ...options(file),
      signal: stop.signal,
      onProgress: ({ done }) => done === 13 && stop.abort(),
    });
    await expect(interrupted).rejects.toThrow(CancelledError);
    const continued = await fitSuperResolver(data, options(file));
    expect([...continued.state.keys()].sort()).toEqual([...whole.state.keys()].sort());
    for (const [name, { data }] of whole.state) expect(continued.state.get(name)!.data, name).toEqual(data);
    expect(continued.validation).toEqual(whole.validation);
    expect(continued.curves).toEqual(whole.curves);
  });
});

describe("batches", () => {
  test("turn low and high alike and cut them at the same place", async () => {
    const edge = 24;
    const low = { data: Float32Array.from({ length: edge ** 2 }, (_, i) => i), height: edge, width: edge };
    const high = resizePlane(low, 2 * edge, 2 * edge, { method: "nearest" });
    const batch = await drawBatch(() => ({ low, high }), { batchSize: 16, cropPx: 16, scale: 2 }, random(5));
    for (let n = 0; n < 16; n++) {
      const crop = { data: batch.low.data.slice(n * 64, (n + 1) * 64), height: 8, width: 8 };
      const enlarged = resizePlane(crop, 16, 16, { method: "nearest" });
      expect(batch.high.data.slice(n * 256, (n + 1) * 256)).toEqual(enlarged.data);
    }
    const steps = new Set(Array.from({ length: 16 }, (_, n) => batch.low.data[n * 64 + 1]! - batch.low.data[n * 64]!));
    expect(steps).toEqual(new Set([1, -1, edge, -edge])); // all orientations occur
  });

  test("refuse pairs that do not fit", async () => {
    const pair = toyPair(random(1));
    const batch = { batchSize: 1, cropPx: 32, scale: 2 } as const;
    await expect(drawBatch(() => pair, batch, random(1))).rejects.toThrow(DataError);
    await expect(drawBatch(() => pair, { ...batch, scale: 1, cropPx: 64 }, random(1))).rejects.toThrow(
      /at least 64 × 64/,
    );
  });
});

test("the rate is halved after 50, 65, 80 and 90 % of the steps", async () => {
  const graph = createGraph();
  const rate = superResolverSchedules.halving(4e-4, 200);
  const outputs = { rate: rate(graph.input("step", [])) };
  const compiled = await compileFunction(graph, outputs);
  const at = async (step: number) =>
    (await compiled.run({ step: { data: Float32Array.of(step), shape: [] } })).rate!.data[0]!;
  const rates = await Promise.all([0, 99, 100, 129, 130, 160, 180, 199].map(at));
  await compiled.release();
  expect(rates).toBeAllclose([4e-4, 4e-4, 2e-4, 2e-4, 1e-4, 5e-5, 2.5e-5, 2.5e-5]);
});

describe("files", () => {
  const pair = toyPair(random(8), { scale: 2 });

  test("a model file gives the network back, and its ONNX file gives the same numbers", async () => {
    const data = { drawPair: (stream: Random) => toyPair(stream, { scale: 2 }) };
    const model = await fitSuperResolver(data, {
      random: random(4),
      network: tiny,
      scale: 2,
      steps: 5,
      batchSize: 1,
      cropPx: 32,
    });
    const file = join(folder, "model.safetensors");
    saveSuperResolver(file, model);
    const loaded = loadSuperResolver(file);
    expect(loaded.config).toEqual(model.config);
    const onnx = exportSuperResolver(loaded, { arm: "toy", seed: 4, tilePx: 24 });
    const decoded = decodeModel(onnx);
    expect(decoded.metadata).toMatchObject({ task: "super-resolve", scale: "2", arm: "toy" });
    const { image, result } = await superResolverTestPair(onnx, loaded, pair.low, { tilePx: 24 });
    expect(image.shape).toEqual([1, 1, 24, 24]);
    const resolver = await openSuperResolver([model]);
    expect(result.data).toBeAllclose((await resolver.resolve(pair.low)).data, { absolute: 1e-6 });
    await resolver.release();
  });

  test("weights of an older network are refused, and not misread", () => {
    const file = join(folder, "older.safetensors");
    const config = JSON.stringify({ network: tiny, scale: 1 });
    saveCheckpoint(file, { state: new Map(), metadata: { task: "super-resolve", config, steps: "1" } });
    expect(() => loadSuperResolver(file)).toThrow(/one of version 1/);
  });

  test("another file is refused", () => {
    expect(() => loadSuperResolver(join(folder, "nothing.safetensors"))).toThrow(DataError);
  });
});
