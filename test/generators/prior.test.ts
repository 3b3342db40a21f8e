import { describe, expect, it } from "vitest";
import { slideStream } from "../../scripts/prior/slides.ts";
import { specimenShelf } from "../../scripts/specimens/specimen-shelf.ts";
import { ShapeError } from "../../src/core/errors.ts";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { tensor } from "../../src/core/tensor.ts";
import type { State } from "../../src/engine/step.ts";
import {
  beginWith,
  type DiffusionFitOptions,
  denoisingLoss,
  diffusionPresets,
  fitDiffusion,
  openDiffusion,
  type PatchStream,
  priorFor,
} from "../../src/generators/diffusion/index.ts";
import { drawnFilaments } from "../drawn-filaments.ts";
import { levelStream, tiny } from "./diffusion-toys.ts";

const numbers = (from: number, shape: readonly number[]) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => from + i),
    shape,
  );

describe("beginWith", () => {
  it("copies weights, and puts zeros for planes that the trained network did not see", () => {
    const state: State = new Map([
      ["in/weight", numbers(100, [2, 3, 1, 2])],
      ["in/bias", numbers(100, [2])],
      ["adam/in/bias", numbers(7, [2])],
    ]);
    const pretrained: State = new Map([
      ["in/weight", numbers(1, [2, 1, 1, 2])],
      ["in/bias", numbers(5, [2])],
    ]);
    beginWith(state, pretrained);
    expect([...state.get("in/weight")!.data]).toEqual([1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0]);
    expect(state.get("in/weight")!.shape).toEqual([2, 3, 1, 2]);
    expect([...state.get("in/bias")!.data]).toEqual([5, 6]);
    expect([...state.get("adam/in/bias")!.data]).toEqual([7, 8]);
    state.get("in/bias")!.data[0] = 9; // training writes over its state
    expect(pretrained.get("in/bias")!.data[0]).toBe(5);
  });

  it("refuses the weights of another network, and names them", () => {
    const state: State = new Map([["in/weight", numbers(0, [2, 1, 3, 3])]]);
    for (const shape of [[3, 1, 3, 3], [2, 2, 3, 3], [2, 1, 5, 5], [2]])
      expect(() => beginWith(state, new Map([["in/weight", numbers(0, shape)]]))).toThrow(ShapeError);
    expect(() => beginWith(state, new Map([["out/weight", numbers(0, [2, 1, 3, 3])]]))).toThrow(
      /"out\/weight".*none of/,
    );
  });
});

describe("a training that begins with weights", () => {
  const options = (more: Partial<DiffusionFitOptions> = {}): DiffusionFitOptions => ({
    random: random(3),
    network: tiny,
    steps: 3,
    batchSize: 4,
    learningRate: 1e-7,
    ...more,
  });

  it("stays near them at a tiny rate, whatever its seed, though augmentation is told that they never saw", async () => {
    const trained = await fitDiffusion(levelStream(), options({ steps: 20, learningRate: 1e-2 }));
    const told = (stream: PatchStream): PatchStream => ({ ...stream, augmentationFeatures: 7 });
    const continued = await fitDiffusion(
      told(levelStream()),
      options({ random: random(8), pretrained: trained.state }),
    );
    for (const [name, { data }] of trained.state)
      expect(continued.state.get(name)!.data, name).toBeAllclose(data, { absolute: 1e-5 });
    const from = await fitDiffusion(levelStream(), options({ random: random(8) }));
    expect(from.state.get("denoiser/in/weight")!.data).not.toBeAllclose(trained.state.get("denoiser/in/weight")!.data, {
      absolute: 1e-2,
    });
  });
});

describe("the prior of the package", () => {
  const { network } = diffusionPresets[64][10];

  it("fits the network of ten and thirty minutes, and no other", () => {
    const prior = priorFor(network)!;
    const count = [...prior.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(count).toBe(638385);
    for (const edge of [64, 96, 128] as const) {
      expect(priorFor(diffusionPresets[edge][30].network)).toBe(prior);
      expect(priorFor(diffusionPresets[edge][120].network)).toBeUndefined();
    }
    expect(priorFor(tiny)).toBeUndefined();
  });

  it("knows filaments that it was not trained on: it sees their noise far better than a network that knows their mean alone", async () => {
    const images = Array.from({ length: 6 }, (_, k) => drawnFilaments(random(4).fork(k), { sizePx: 64, count: 7 }));
    const denoiser = await openDiffusion(
      { ...(await untrained()), network, sizePx: 64, state: priorFor(network)! },
      { batchSize: 6 },
    );
    const loss = await denoisingLoss(denoiser, images, { random: random(1) });
    await denoiser.release();
    const { schedule } = denoiser;
    const spread = variance(images) * 4; // on −1…1
    // the best linear guess pixel by pixel errs by ᾱσ²/(ᾱσ² + 1 − ᾱ) of the noise's variance
    const levels = Array.from({ length: 10 }, (_, k) => schedule.alphaBar[Math.floor((k + 0.5) * 100)]!);
    const pixelwise = levels.reduce((sum, a) => sum + (a * spread) / (a * spread + 1 - a), 0) / 10;
    expect(loss).toBeLessThan(0.6 * pixelwise);
  });

  /** Settings of a generator of the preset, as a training gives them. */
  async function untrained() {
    const { state: _, ...settings } = await fitDiffusion(levelStream(), {
      random: random(0),
      network: tiny,
      steps: 1,
      batchSize: 1,
    });
    return settings;
  }
});

describe("the slides that it is trained on", () => {
  it("are the same for the same stream, differ among themselves, and lie on the unit scale", async () => {
    const slides = slideStream(specimenShelf(random(2)), 20, 32);
    const [first, again] = await Promise.all([0, 7].map((step) => slides.batch(step, 6, random(9))));
    expect(first).toEqual(again);
    const shown = first!.map(({ image }) => image);
    expect(new Set(shown.map(({ data }) => data.join())).size).toBe(6);
    for (const { data, height, width } of shown) {
      expect([height, width]).toEqual([32, 32]);
      for (const value of data) expect(value >= 0 && value <= 1).toBe(true);
    }
  });
});

function variance(images: readonly Plane[]): number {
  const all = images.flatMap(({ data }) => [...data]);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
}
