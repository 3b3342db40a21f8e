import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CancelledError, DataError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { zerosInit } from "../../src/engine/initializers.ts";
import { add, mul } from "../../src/engine/ops/index.ts";
import { compileStep, initialState, type State } from "../../src/engine/step.ts";
import { levelInputs } from "../../src/generators/diffusion/feed.ts";
import {
  cosine,
  type DiffusionFitOptions,
  type DiffusionPreset,
  type DiffusionStepOptions,
  denoise,
  denoisingLoss,
  diffusionPresets,
  diffusionStep,
  fitDiffusion,
  generateImages,
  measureStepSeconds,
  openDiffusion,
  type PatchStream,
  stepsWithin,
} from "../../src/generators/diffusion/index.ts";
import { chosenVerdict, type Verdict } from "../../src/generators/diffusion/validation.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { bulk, collected, levelStream, SIZE, tiny } from "./diffusion-toys.ts";

const folder = await mkdtemp(join(tmpdir(), "fantascope-diffusion-"));
afterAll(() => rm(folder, { recursive: true }));

const options = (more: Partial<DiffusionFitOptions> = {}): DiffusionFitOptions => ({
  random: random(3),
  network: tiny,
  steps: 12,
  batchSize: 4,
  ...more,
});
const expectSameState = (received: State, expected: State) => {
  expect([...received.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { data }] of expected) expect(received.get(name)!.data, name).toEqual(data);
};

describe("a training step", () => {
  /** A network of two numbers, `w · xt + b`, whose loss and gradient can be written down. */
  const settings: Omit<DiffusionStepOptions, "network"> = {
    ...{ batchSize: 2, channels: 1, sizePx: 2, conditionPlanes: 0, augmentationFeatures: 0 },
    ...{ learningRate: 0.1, warmupSteps: 0, rateDecay: "constant", steps: 10, weightDecay: 0, emaDecay: 0.9 },
  };
  const images = [0.1, -0.5, 0.3, 1, -1, 0.2, 0.4, 0.7];
  const noise = [1, -2, 0.5, 0, -0.3, 1.2, 2, -1];
  const perImage = {
    ...{ signal: [0.8, 0.6], noiseShare: [0.6, 0.8], targetImage: [-0.6, -0.8], targetNoise: [0.8, 0.6] },
    ...{ weight: [2, 30], time: [10, 500] },
  };
  const wanted = (w: number, b: number) => {
    const of = (ofImage: readonly number[], ofNoise: readonly number[]) =>
      images.map((image, i) => ofImage[i >> 2]! * image + ofNoise[i >> 2]! * noise[i]!);
    const xt = of(perImage.signal, perImage.noiseShare);
    const target = of(perImage.targetImage, perImage.targetNoise);
    const errors = xt.map((x, i) => w * x + b - target[i]!);
    const mean = (f: (error: number, i: number) => number) =>
      errors.reduce((sum, error, i) => sum + perImage.weight[i >> 2]! * f(error, i), 0) / 8;
    return { loss: mean((e) => e * e), dw: mean((e, i) => 2 * e * xt[i]!), db: mean((e) => 2 * e) };
  };
  const inputs: Record<string, Tensor> = {
    images: tensor(Float32Array.from(images), [2, 1, 2, 2]),
    noise: tensor(Float32Array.from(noise), [2, 1, 2, 2]),
    rateScale: tensor(Float32Array.of(1), []),
    ...Object.fromEntries(
      Object.entries(perImage).map(([name, values]) => [name, tensor(Float32Array.from(values), [2])]),
    ),
  };
  const run = async (steps: number, more: Partial<DiffusionStepOptions> = {}) => {
    const network: DiffusionStepOptions["network"] = ({ xt }) => {
      const [w, b] = ["w", "b"].map((name) => xt.graph.parameter(name, [1], zerosInit));
      return add(mul(xt, w!), b!);
    };
    const step = await compileStep(diffusionStep({ ...settings, network, ...more }));
    const state = initialState([step.graph], random(1));
    const outputs: Record<string, Tensor>[] = [];
    for (let i = 0; i < steps; i++) outputs.push((await step.run(state, inputs)).outputs);
    await step.release();
    return { numbers: (name: string) => [...state.get(name)!.data], outputs };
  };

  it("has the loss and the gradient of the formula, shortened to length 1", async () => {
    const { loss, dw, db } = wanted(0, 0);
    const norm = Math.hypot(dw, db);
    expect(norm).toBeGreaterThan(2);
    const { outputs, numbers } = await run(1);
    expect(outputs[0]!.loss!.data).toBeAllclose([loss]);
    expect(outputs[0]!.gradientNorm!.data).toBeAllclose([norm]);
    expect(numbers("adamw/moment1/packed")).toBeAllclose([dw / norm, db / norm]);
    expect(numbers("w")).toBeAllclose([-0.1 * Math.sign(dw)], { relative: 1e-4 }); // Adam's first step is the rate itself
  });

  it("averages weights: a copy first, then 9 parts new and 1 old, until the decay allows no more", async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map(async (steps) => (await run(steps)).numbers));
    expect(one!("ema/w")).toEqual(one!("w"));
    expect(two!("ema/w")).toBeAllclose([0.1 * one!("w")[0]! + 0.9 * two!("w")[0]!]);
    expect(three!("ema/w")[0]).toBeCloseTo((2 / 11) * two!("ema/w")[0]! + (9 / 11) * three!("w")[0]!, 5);
    const slow = await run(3, { emaDecay: 0 });
    expect(slow.numbers("ema/w")).toBeAllclose(slow.numbers("w"));
  });

  it("starts slowly, and ends slowly where asked", async () => {
    const warm = await run(1, { warmupSteps: 4 });
    expect(Math.abs(warm.numbers("w")[0]!)).toBeCloseTo(0.025, 5);
    const ends = await run(2, { rateDecay: "cosine", steps: 1 });
    expect(ends.numbers("w")[0]).toBeCloseTo((await run(1)).numbers("w")[0]!, 6); // the second step is past the end
  });
});

describe("timesteps of a batch", () => {
  const schedule = cosine({ timesteps: 500 });
  const fed = levelInputs({ schedule, prediction: "velocity" }, "min-snr")(10, random(2));
  const numbers = (name: string) => [...fed[name]!.data].map(Number);

  it("lie at equal distances and are told on a scale of 1000", () => {
    const sorted = numbers("time").sort((a, b) => a - b);
    expect(sorted.slice(1).map((time, i) => time - sorted[i]!)).toEqual(Array(9).fill(100));
    expect(sorted[0]).toBeLessThan(100);
  });

  it("bring the mixtures and the weight of their level", () => {
    numbers("time").forEach((time, n) => {
      const alphaBar = schedule.alphaBar[time / 2]!;
      const snr = alphaBar / (1 - alphaBar);
      expect(numbers("signal")[n]).toBeCloseTo(Math.sqrt(alphaBar), 6);
      expect(numbers("noiseShare")[n]).toBeCloseTo(Math.sqrt(1 - alphaBar), 6);
      expect(numbers("targetImage")[n]).toBeCloseTo(-Math.sqrt(1 - alphaBar), 6);
      expect(numbers("targetNoise")[n]).toBeCloseTo(Math.sqrt(alphaBar), 6);
      expect(numbers("weight")[n]).toBeCloseTo(Math.min(snr, 5) / (snr + 1), 5);
    });
  });
});

describe("fitDiffusion", () => {
  it("learns how levels are spread: samples have the mean and the spread of the data", async () => {
    const model = await fitDiffusion(
      levelStream({ mean: 0.4, spread: 0.15 }),
      options({ steps: 300, batchSize: 16, learningRate: 6e-3 }),
    );
    const denoiser = await openDiffusion(model, { batchSize: 32 });
    const levels = (await collected(generateImages(denoiser, { seed: 5, count: 128, steps: 12 }))).map(
      ({ image }) => bulk([...image.data]).mean,
    );
    const { mean, spread } = bulk(levels);
    expect(Math.abs(mean - 0.4)).toBeLessThan(0.04); // 3 standard errors of 128 draws
    expect(spread / 0.15).toBeGreaterThan(0.75);
    expect(spread / 0.15).toBeLessThan(1.25);
    const own = await denoisingLoss(denoiser, [plane(0.4)], { random: random(1) });
    const strange = await denoisingLoss(denoiser, [plane(0.99)], { random: random(1) });
    expect(own).toBeLessThan(strange);
    await denoiser.release();
  });

  it("gives averaged weights, which are not those of the last step", async () => {
    const [raw, averaged] = await Promise.all(
      [0, 0.9].map((emaDecay) => fitDiffusion(levelStream(), options({ emaDecay }))),
    );
    const name = "denoiser/in/weight";
    expect([...raw!.state.keys()].every((key) => key.startsWith("denoiser/"))).toBe(true);
    expect(averaged!.state.get(name)!.data).not.toEqual(raw!.state.get(name)!.data);
    expect(averaged!.curves).toEqual(raw!.curves); // averaging does not touch the training
  });

  it("ends in the same bits after a kill, and remembers its verdicts", async () => {
    const training = (data: PatchStream, more: Partial<DiffusionFitOptions> = {}) =>
      fitDiffusion(
        data,
        options({
          validateEvery: 3,
          validate: async (denoiser, step) => ({
            score: (await denoisingLoss(denoiser, [plane(0.5)], { random: random(1) })) + (step > 6 ? 1 : 0),
          }),
          ...more,
        }),
      );
    const whole = await training(levelStream());
    expect(whole.scores.map(({ step }) => step)).toEqual([3, 6, 9, 12]);
    expect(whole.chosenStep).toBe(6);

    const checkpointFile = join(folder, "killed.safetensors");
    const kept = { checkpointFile, checkpointEvery: { steps: 2 } };
    const dying: PatchStream = {
      ...levelStream(),
      batch: async (step, ...rest) => {
        if (step === 7) throw new Error("killed"); // 6 steps and the verdict on them are kept, the seventh is lost
        return levelStream().batch(step, ...rest);
      },
    };
    await expect(training(dying, kept)).rejects.toThrow("killed");
    const continued = await training(levelStream(), kept);
    expectSameState(continued.state, whole.state);
    expect(continued.scores).toEqual(whole.scores);
    expect(continued.curves.loss).toBeAllclose(whole.curves.loss!); // kept in float32

    const stop = new AbortController();
    stop.abort();
    await expect(training(levelStream(), { signal: stop.signal })).rejects.toThrow(CancelledError);
  });

  it("chooses the latest state that cannot be told from the best, and none that ended the training", () => {
    const chosen = (...verdicts: Verdict[]) =>
      chosenVerdict(verdicts.map((verdict, i) => ({ ...verdict, step: i + 1 })))?.step;
    expect(chosen()).toBeUndefined();
    expect(chosen({ score: 3 }, { score: 1 }, { score: 2 })).toBe(2);
    expect(chosen({ score: 3 }, { score: 1, error: 0.5 }, { score: 1.4 }, { score: 1.6 })).toBe(3);
    expect(chosen({ score: 1.4 }, { score: 1, error: 0.5 }, { score: 2 })).toBe(2);
    expect(chosen({ score: 1, error: 5 }, { score: 2 }, { score: 0.5, stop: "copies" })).toBe(2);
    expect(chosen({ score: 1, stop: "copies" })).toBe(1);
  });

  it("keeps the weights of the chosen verdict and stops when it is told to", async () => {
    const seen: State[] = [];
    const verdicts = [{ score: 3 }, { score: 2 }, { score: 1, stop: "it repeats training images" }];
    let done = 0;
    const model = await fitDiffusion(
      levelStream(),
      options({
        steps: 40,
        validateEvery: 2,
        validate: async (denoiser) => {
          const noisy = tensor(new Float32Array(SIZE * SIZE).fill(0.3), [1, 1, SIZE, SIZE]);
          seen.push(new Map([["says", await denoiser.predict(noisy, 500)]]));
          return verdicts[seen.length - 1]!;
        },
        onProgress: (progress) => {
          done = progress.done;
        },
      }),
    );
    expect(seen).toHaveLength(3);
    expect(model.stopped).toBe("it repeats training images");
    expect(model.chosenStep).toBe(4);
    expect(model.curves.loss).toHaveLength(6);
    expect(done).toBe(40);
    const denoiser = await openDiffusion(model, { batchSize: 4 });
    const noisy = tensor(new Float32Array(SIZE * SIZE).fill(0.3), [1, 1, SIZE, SIZE]);
    expect((await denoiser.predict(noisy, 500)).data).toEqual(seen[1]!.get("says")!.data);
    expect((await denoiser.predict(noisy, 500)).data).not.toEqual(seen[2]!.get("says")!.data);
    await denoiser.release();
  });

  it("refuses a verdict that is no number", async () => {
    const validate = async () => ({ score: Number.NaN });
    await expect(fitDiffusion(levelStream(), options({ steps: 1, validate }))).rejects.toThrow(DataError);
  });
});

describe("presets", () => {
  const all = ([64, 96, 128] as const).flatMap((sizePx) =>
    ([10, 30, 120] as const).map((minutes) => ({ sizePx, minutes, preset: diffusionPresets[sizePx][minutes] })),
  );
  const parameters = ({ network }: DiffusionPreset, sizePx: number) => {
    const graph = createGraph();
    const inputs = { xt: graph.input("xt", [1, 1, sizePx, sizePx]), t: graph.input("t", [1]) };
    denoise(inputs, { network, conditionPlanes: 0 }, { mode: "inference" });
    return parameterCount(graph);
  };

  it("have the network of the prior for short times, larger ones for two hours", () => {
    const counts = all.map(({ sizePx, preset }) => parameters(preset, sizePx));
    expect(counts).toEqual([638385, 638385, 2507873, 638385, 638385, 2507873, 638385, 638385, 3556929]);
  });

  it("take the steps that fit the machine", async () => {
    expect(stepsWithin(30, 0.19)).toBe(7578); // a fifth of the time is for judging and keeping
    expect(stepsWithin(10, 1000)).toBe(100);
    const seconds = await measureStepSeconds({ ...diffusionPresets[64][10], network: tiny }, levelStream());
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(5);
  });
});

function plane(level: number) {
  return { data: new Float32Array(SIZE * SIZE).fill(level), height: SIZE, width: SIZE };
}
