import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { Prediction } from "../../src/generators/diffusion/denoiser.ts";
import { lossWeightings, minSnr } from "../../src/generators/diffusion/loss-weighting.ts";
import { noiseLevel, noiseLevelOf } from "../../src/generators/diffusion/noise-level.ts";
import {
  addNoise,
  convertPrediction,
  predictions,
  targetCoefficients,
} from "../../src/generators/diffusion/prediction.ts";
import { linear, type NoiseScheduleName, noiseSchedules } from "../../src/generators/diffusion/schedules/index.ts";
import { fixture } from "./diffusion-fixture.ts";

interface Reference {
  readonly schedules: Record<
    string,
    { name: NoiseScheduleName; count: number; timesteps: number[]; alphaBar: number[] }
  >;
  readonly minSnr: Record<NoiseScheduleName, Record<Prediction | "timesteps", number[]>>;
  readonly mixtures: { timestep: number } & Record<"x0" | "eps" | "noisy" | "velocity", number[]>;
}

const reference = fixture<Reference>("schedules");
const everySchedule = Object.entries(noiseSchedules);

describe("every noise schedule", () => {
  test.each(Object.entries(reference.schedules))("is that of %s", (source, { name, count, timesteps, alphaBar }) => {
    const ours = noiseSchedules[name]({ timesteps: count });
    // diffusers multiplies in float32, a thousand times; its last cosine steps keep no more
    const relative = source.startsWith("diffusers") ? (name === "cosine" ? 1e-2 : 2e-4) : 1e-9;
    expect(timesteps.map((t) => ours.alphaBar[t]!)).toBeAllclose(alphaBar, { relative, absolute: 0 });
  });

  test.each(everySchedule)(
    "%s carries its name and falls from nearly 1 to nearly 0, about alike for any T",
    (name, schedule) => {
      const ends = [500, 1000, 4000].map((timesteps) => {
        const { name: said, alphaBar } = schedule({ timesteps });
        expect(said).toBe(name);
        expect(alphaBar).toHaveLength(timesteps);
        expect([...alphaBar.keys()].slice(1).filter((t) => alphaBar[t]! >= alphaBar[t - 1]!)).toEqual([]);
        expect(alphaBar[0]!).toBeGreaterThan(0.98);
        expect(alphaBar[timesteps - 1]!).toBeGreaterThan(0);
        expect(alphaBar[timesteps - 1]!).toBeLessThan(0.006);
        return alphaBar[timesteps / 2]!;
      });
      expect(ends).toBeAllclose([ends[1]!, ends[1]!, ends[1]!], { relative: 0.05 });
    },
  );

  test("takes its β as they are when it is told that they were meant so", () => {
    const { alphaBar } = linear({ timesteps: 2, betaStart: 0.25, betaEnd: 0.5, referenceTimesteps: 2 });
    expect(alphaBar).toBeAllclose([0.75, 0.375]);
  });

  test("refuses a β of 1 or more", () => {
    expect(() => linear({ timesteps: 10 })).toThrow(
      /expected variances β above 0 and below 1, got 1\.11\d+ at timestep 5 of 10/,
    );
  });
});

describe("noise levels", () => {
  test.each(everySchedule)("of %s keep the variance, meet ᾱ and find back to their timestep", (_, make) => {
    const schedule = make();
    for (const t of [0, 0.3, 1, 17, 500.5, 998.9, 999]) {
      const level = noiseLevel(schedule, t);
      expect(level.signal ** 2 + level.noise ** 2).toBeCloseTo(1, 12);
      if (Number.isInteger(t)) expect(level.signal ** 2).toBeCloseTo(schedule.alphaBar[t]!, 12);
      expect(noiseLevelOf(schedule, level.sigma).timestep).toBeCloseTo(t, 6);
    }
    expect(noiseLevelOf(schedule, 1e9).timestep).toBe(999);
    expect(noiseLevelOf(schedule, 1e-9).timestep).toBe(0);
    expect(() => noiseLevel(schedule, 999.5)).toThrow("expected a timestep from 0 to 999, got 999.5");
  });
});

describe("predictions", () => {
  const { timestep, x0, eps, noisy, velocity } = reference.mixtures;
  const level = noiseLevel(noiseSchedules.cosine(), timestep);
  const said: Record<Prediction, Float32Array> = {
    epsilon: Float32Array.from(eps),
    x0: Float32Array.from(x0),
    velocity: Float32Array.from(velocity),
  };
  const seen = Float32Array.from(noisy);

  test("are of images that are as noisy as diffusers makes them", () => {
    expect(addNoise(said.x0, said.epsilon, level)).toBeAllclose(noisy, { relative: 1e-5, absolute: 1e-6 });
  });

  test.each(predictions.flatMap((from) => predictions.map((to) => [from, to] as const)))(
    "%s says %s too",
    (from, to) => {
      const converted = convertPrediction(said[from], seen, { from, to, level });
      expect(converted).toBeAllclose(said[to], { relative: 1e-5, absolute: 2e-6 });
    },
  );

  test.each(predictions)("%s is the mixture that training asks for", (prediction) => {
    const { image, noise } = targetCoefficients(prediction, level);
    expect(x0.map((value, index) => image * value + noise * eps[index]!)).toBeAllclose(said[prediction], {
      absolute: 1e-6,
    });
  });
});

describe("weights of the loss", () => {
  test("simple is 1 everywhere", () => {
    expect(new Set(lossWeightings.simple(linear()))).toEqual(new Set([1]));
  });

  test.each(everySchedule)("min-SNR on %s is diffusers'", (name, schedule) => {
    const { timesteps, ...weights } = reference.minSnr[name as NoiseScheduleName];
    for (const prediction of predictions) {
      const ours = minSnr(schedule(), prediction);
      expect(timesteps.map((t) => ours[t]!)).toBeAllclose(weights[prediction], { relative: 2e-3 }); // theirs is float32
    }
  });

  test.each(everySchedule)(
    "min-SNR on %s counts one and the same error alike, whatever the network predicts",
    (_, make) => {
      const schedule = make();
      const stream = random(3);
      const draw = () => Float32Array.from({ length: 50 }, () => stream.normal());
      const [x0, wrong, eps] = [draw(), draw(), draw()];
      for (const t of [0, 30, 400, 800]) {
        const level = noiseLevel(schedule, t);
        const noisy = addNoise(x0, eps, level);
        const loss = (prediction: Prediction) => {
          const of = (image: Float32Array) => convertPrediction(image, noisy, { from: "x0", to: prediction, level });
          const [is, shouldBe] = [of(wrong), of(x0)];
          const squares = is.reduce((sum, value, index) => sum + (value - shouldBe[index]!) ** 2, 0);
          return minSnr(schedule, prediction, { gamma: 3 })[t]! * squares;
        };
        const losses = predictions.map(loss);
        expect(losses).toBeAllclose(
          losses.map(() => losses[0]!),
          { relative: 1e-4 },
        );
      }
    },
  );
});
