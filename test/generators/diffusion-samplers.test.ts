import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { Denoiser, Prediction } from "../../src/generators/diffusion/denoiser.ts";
import { keptContrast } from "../../src/generators/diffusion/kept-contrast.ts";
import type { NoiseLevel } from "../../src/generators/diffusion/noise-level.ts";
import type { NoiseSchedule } from "../../src/generators/diffusion/noise-schedule.ts";
import { convertPrediction, predictions } from "../../src/generators/diffusion/prediction.ts";
import { sampleDiffusion } from "../../src/generators/diffusion/sample.ts";
import {
  noiseLevels,
  type Placement,
  type Sampler,
  type SamplerName,
  type Spacing,
  samplers,
} from "../../src/generators/diffusion/samplers/index.ts";
import { type NoiseScheduleName, noiseSchedules } from "../../src/generators/diffusion/schedules/index.ts";
import { fixture, madeUpDenoiser } from "./diffusion-fixture.ts";

type MakeSampler = (placement?: Partial<Placement>) => Sampler;

/** Every sampler of the table, and the settings that make another method of one. */
const everySampler: Readonly<Record<string, MakeSampler>> = {
  ...samplers,
  "ddpm, large variance": (placement) => samplers.ddpm({ ...placement, variance: "large" }),
  "ddim, eta 0.5": (placement) => samplers.ddim({ ...placement, eta: 0.5 }),
  "ddim, eta 1": (placement) => samplers.ddim({ ...placement, eta: 1 }),
};
const deterministic = Object.entries(everySampler).filter(([, make]) => make().order !== null);
const stochastic = Object.entries(everySampler).filter(([, make]) => make().order === null);
const everySchedule = Object.entries(noiseSchedules);
const pairs = <A, B>(first: readonly [string, A][], second: readonly [string, B][]) =>
  first.flatMap(([a, one]) => second.map(([b, other]) => [a, b, one, other] as const));

/**
 * Images whose every pixel is normal with this mean and standard deviation: what noise hides of them is known exactly.
 */
const MEAN = 0.2;
const DEVIATION = 0.4;

/** The best guess at a pixel from a noisy one, `μ + s² / (s² + σ²) · (x / signal − μ)`. */
function gaussianGuess(
  noisy: number,
  { signal, sigma }: Pick<NoiseLevel, "signal" | "sigma">,
  [mean, deviation] = [MEAN, DEVIATION],
): number {
  return mean + (deviation ** 2 / (deviation ** 2 + sigma ** 2)) * (noisy / signal - mean);
}

const tools = (unitNoise: number) => ({
  denoise: async (noisy: Float32Array, level: NoiseLevel) => noisy.map((x) => gaussianGuess(x, level)),
  noise: () => Float32Array.of(unitNoise),
});

test("every sampler carries its name", () => {
  for (const [name, make] of Object.entries(samplers)) expect(make().name).toBe(name);
});

describe("on images of normal pixels, from the noisiest to the least noisy level,", () => {
  const STEPS = [40, 80, 160];
  const orders = (errors: readonly number[]) =>
    errors.slice(1).map((error, index) => Math.log2(Math.abs(errors[index]! / error)));

  test.each(pairs(deterministic, everySchedule))("%s converges on %s in its order", async (_, __, make, schedule) => {
    const sampler = make({ spacing: "karras" }); // a smooth grid, whose ends do not move with the steps
    const errors = [];
    for (const steps of STEPS) {
      const levels = noiseLevels(schedule(), steps, sampler.placement).slice(0, -1);
      const [first, last] = [levels[0]!, levels.at(-1)!];
      const step = sampler.begin();
      let x: Float32Array = Float32Array.of(1.3);
      for (let i = 1; i < levels.length; i++) x = await step(x, levels[i - 1]!, levels[i]!, tools(Number.NaN));
      // the flow keeps how many standard deviations of its level a pixel lies from the mean
      const spread = (level: NoiseLevel) => Math.hypot(DEVIATION, level.sigma);
      const exact = MEAN + ((1.3 / first.signal - MEAN) / spread(first)) * spread(last);
      errors.push(x[0]! / last.signal - exact);
    }
    expect(Math.abs(errors[0]!)).toBeLessThan(0.05);
    for (const order of orders(errors)) expect(Math.abs(order - sampler.order!)).toBeLessThan(0.15);
  });

  test.each(pairs(stochastic, everySchedule))(
    "%s keeps the mean on %s, and its deviation converges",
    async (_, __, make, schedule) => {
      const sampler = make({ spacing: "karras", sigmaMax: Math.exp(5.1) });
      const errors = [];
      for (const steps of STEPS) {
        const levels = noiseLevels(schedule(), steps, sampler.placement).slice(0, -1);
        const [first, last] = [levels[0]!, levels.at(-1)!];
        const step = sampler.begin();
        let [mean, variance] = [MEAN * first.signal, (DEVIATION * first.signal) ** 2 + first.noise ** 2];
        for (let i = 1; i < levels.length; i++) {
          // a step is a·x + b + c·z here: three questions tell what it does to mean and variance
          const go = async (x: number, z: number) =>
            (await step(Float32Array.of(x), levels[i - 1]!, levels[i]!, tools(z)))[0]!;
          const b = await go(0, 0);
          const [a, c] = [(await go(1, 0)) - b, (await go(0, 1)) - b];
          [mean, variance] = [a * mean + b, a * a * variance + c * c];
        }
        expect(mean / last.signal).toBeCloseTo(MEAN, 5);
        errors.push(Math.sqrt(variance / last.signal ** 2 - last.sigma ** 2) / DEVIATION - 1);
      }
      expect(Math.abs(errors[0]!)).toBeLessThan(0.2);
      expect(Math.abs(errors.at(-1)!)).toBeLessThan(0.045);
      for (const order of orders(errors)) expect(Math.abs(order - 1)).toBeLessThan(0.15);
    },
  );
});

describe("the contrast that a sampler keeps", () => {
  const schedule = noiseSchedules.cosine();

  test.each(Object.entries(everySampler))("of %s is that of what it draws", async (_, make) => {
    const [steps, detail, sidePx] = [20, 0.2, 64];
    const expected = await keptContrast(make(), { schedule, steps, detail });
    const denoiser = madeUpDenoiser(schedule, "velocity", (x, _t, signal, noise) =>
      gaussianGuess(x, { signal, sigma: noise / signal }, [0, detail]),
    );
    const randoms = [1, 2, 3, 4].map((seed) => random(seed));
    const shape = [1, sidePx, sidePx] as const;
    const { data } = await sampleDiffusion(denoiser, { sampler: make(), steps, shape, randoms, clip: false });
    const drawn = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length) / detail;
    expect(drawn / expected).toBeGreaterThan(0.97); // 16,384 pixels tell a standard deviation to 0.6 %
    expect(drawn / expected).toBeLessThan(1.03);
  });

  test.each([0.03, 0.1, 0.3, 1])(
    "of detail of strength %d is nearly all with 25 steps of DPM-Solver++(2M) as it comes",
    async (detail) => {
      expect(
        Math.abs((await keptContrast(samplers["dpm-solver-2m"](), { schedule, steps: 25, detail })) - 1),
      ).toBeLessThan(0.05);
    },
  );

  test("of faint detail is two thirds with 100 ancestral steps, and grows towards all with more", async () => {
    const kept = [];
    for (const steps of [40, 100, 250, 900])
      kept.push(await keptContrast(samplers["euler-ancestral"](), { schedule, steps, detail: 0.03 }));
    expect(kept[1]).toBeCloseTo(0.68, 2);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    expect(kept.at(-1)).toBeGreaterThan(0.9);
  });
});

interface Case {
  readonly sampler: SamplerName;
  readonly options: { readonly spacing: Spacing };
  readonly schedule: NoiseScheduleName;
  readonly steps: number;
  readonly prediction: Prediction;
  readonly clip: boolean;
  readonly waves: number;
  readonly timesteps: number[];
  readonly start: number[];
  readonly noises: number[][];
  readonly images: number[][];
}

describe("diffusers takes the same steps:", () => {
  const { cases } = fixture<{ cases: Case[] }>("samplers");

  test("the fixture has every sampler", () => {
    expect(new Set(cases.map(({ sampler }) => sampler))).toEqual(new Set(Object.keys(samplers)));
  });

  test.each(
    cases.map(
      (each) =>
        [
          `${each.sampler} ${JSON.stringify(each.options)} on ${each.schedule}, ${each.prediction}${each.clip ? ", clipped" : ""}`,
          each,
        ] as const,
    ),
  )("%s", async (_, each) => {
    const { prediction, clip, waves, noises } = each;
    const schedule = noiseSchedules[each.schedule]();
    const sampler = samplers[each.sampler]({ ...each.options, sigmaMax: Infinity });
    const levels = noiseLevels(schedule, each.steps, sampler.placement);
    if (waves > 0)
      // where diffusers rounds no timesteps that it takes the noise of
      expect(levels.slice(0, -1).map((level) => level.timestep)).toBeAllclose(each.timesteps, { absolute: 0.01 });

    const network = madeUpDenoiser(schedule, prediction, (x, t) => 0.6 * Math.tanh(1.5 * x) + waves * Math.sin(t / 97));
    const denoise = async (noisy: Float32Array, level: NoiseLevel) => {
      const { data } = await network.predict({ data: noisy, shape: [noisy.length] }, level.timestep);
      const x0 = convertPrediction(data, noisy, { from: prediction, to: "x0", level });
      return clip ? x0.map((value) => Math.min(1, Math.max(-1, value))) : x0;
    };
    const step = sampler.begin();
    let x: Float32Array = Float32Array.from(each.start);
    for (let i = 0; i < each.steps; i++) {
      const noise = () => Float32Array.from(noises[i]!);
      x = await step(x, levels[i]!, levels[i + 1]!, { denoise, noise });
      expect(x, `step ${i}`).toBeAllclose(each.images[i]!, { relative: 1e-4, absolute: 2e-4 }); // float32
    }
  });
});

describe("sampleDiffusion", () => {
  const shape = [1, 48, 48] as const;
  const streams = (seeds: readonly number[]) => seeds.map((seed) => random(7).fork("image", seed));
  const gaussian = (schedule: NoiseSchedule, prediction: Prediction): Denoiser =>
    madeUpDenoiser(schedule, prediction, (x, _, signal, noise) => gaussianGuess(x, { signal, sigma: noise / signal }));

  test.each(Object.entries(everySampler).map(([name, make], index) => [name, make, predictions[index % 3]!] as const))(
    "with %s draws the images that the network knows",
    async (_, make, prediction) => {
      const sampler = make();
      const steps = sampler.order === null ? 250 : 120;
      let asked = 0;
      const knows = gaussian(noiseSchedules.cosine(), prediction);
      const denoiser: Denoiser = { ...knows, predict: (...input) => knows.predict(...input).finally(() => asked++) };
      const options = { sampler, steps, shape, randoms: streams([1, 2]), clip: false };
      const { data, shape: drawn } = await sampleDiffusion(denoiser, options);
      expect(drawn).toEqual([2, ...shape]);
      expect(asked).toBe(sampler.evaluations(steps));
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
      const neighbours = data.subarray(1).reduce((sum, value, i) => sum + (value - mean) * (data[i]! - mean), 0);
      const apart = data.length / 2;
      const twins = data.subarray(apart).reduce((sum, value, i) => sum + (value - mean) * (data[i]! - mean), 0);
      expect(Math.abs(mean - MEAN)).toBeLessThan(4 * (DEVIATION / Math.sqrt(data.length)));
      expect(Math.abs(deviation / DEVIATION - 1)).toBeLessThan(0.05);
      expect(Math.abs(neighbours / data.length / deviation ** 2)).toBeLessThan(0.06); // pixels and images of their own
      expect(Math.abs(twins / apart / deviation ** 2)).toBeLessThan(0.08);
    },
  );

  const small = [1, 4, 4] as const;
  const denoiser = gaussian(noiseSchedules.linear(), "epsilon");

  test.each(Object.entries(everySampler))(
    "with %s an image is the same in whatever batch, and twice the same",
    async (_, make) => {
      const draw = async (seeds: readonly number[]) => {
        const randoms = streams(seeds);
        const { data } = await sampleDiffusion(denoiser, { sampler: make(), steps: 8, shape: small, randoms });
        expect(randoms.map((stream) => stream.state().drawn)).toEqual(seeds.map(() => 0)); // not advanced
        return data;
      };
      const [alone, among] = [await draw([2]), await draw([1, 2, 3])];
      expect(among.subarray(16, 32)).toEqual(alone);
      expect(among.subarray(0, 16)).not.toEqual(alone);
      expect(await draw([2])).toEqual(alone);
    },
  );

  test("keeps images within −1…1, or does not", async () => {
    const bright = madeUpDenoiser(noiseSchedules.linear(), "velocity", () => 3);
    const draw = (clip: boolean) =>
      sampleDiffusion(bright, { sampler: samplers.ddim(), steps: 5, shape: small, randoms: streams([1]), clip });
    expect((await draw(true)).data).toBeAllclose(new Float32Array(16).fill(1), { absolute: 1e-5 });
    expect((await draw(false)).data).toBeAllclose(new Float32Array(16).fill(3), { relative: 1e-5 });
  });

  test("tells its progress and stops between steps", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const work = sampleDiffusion(denoiser, {
      sampler: samplers.heun(),
      steps: 6,
      shape: small,
      randoms: streams([1]),
      signal: stop.signal,
      onProgress: ({ done, total }) => {
        seen.push(done / total);
        if (done === 3) setImmediate(() => stop.abort()); // as a timer or a signal of the system would
      },
    });
    await expect(work).rejects.toMatchObject({ kind: "cancelled" });
    expect(seen).toEqual([1 / 6, 2 / 6, 3 / 6]);
  });

  test.each([0, 2.5, 1001])("refuses %s steps", async (steps) => {
    const options = { sampler: samplers.ddpm(), steps, shape: small, randoms: streams([1]) };
    await expect(sampleDiffusion(denoiser, options)).rejects.toThrow(`expected 1 to 1000 steps, got ${steps}`);
  });

  test("leaves out the noisiest end of the cosine schedule, nothing of the linear one", () => {
    const first = (name: NoiseScheduleName) =>
      noiseLevels(noiseSchedules[name](), 20, samplers.euler().placement)[0]!.timestep;
    expect([first("cosine"), first("linear"), first("scaled-linear")]).toEqual([995, 999, 999]);
  });
});
