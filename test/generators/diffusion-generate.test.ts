import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancelledError, DataError, ShapeError } from "../../src/core/errors.ts";
import { emptyLabelMap, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { zeros } from "../../src/core/tensor.ts";
import { turned } from "../../src/data/augmentation.ts";
import type { Item } from "../../src/data/dataset.ts";
import { lazyDataset, memoryDataset } from "../../src/data/memory-dataset.ts";
import {
  AUGMENTATION_FEATURES,
  type DiffusionDenoiser,
  type DiffusionModel,
  drawPatch,
  fitDiffusion,
  generateImages,
  loadDiffusion,
  openDiffusion,
  patchStream,
  saveDiffusion,
} from "../../src/generators/diffusion/index.ts";
import { warpLabels, warpPlane } from "../../src/generators/diffusion/warp.ts";
import { bulk, collected, levelStream, rectangle, rectangleStream, SIZE, tiny } from "./diffusion-toys.ts";

const folder = await mkdtemp(join(tmpdir(), "fantascope-diffusion-"));
afterAll(() => rm(folder, { recursive: true }));

describe("a generator that learned from labels", () => {
  let model: DiffusionModel;
  let denoiser: DiffusionDenoiser;
  beforeAll(async () => {
    const training = { network: tiny, steps: 200, batchSize: 8, learningRate: 4e-3, conditionDropout: 0.2 };
    model = await fitDiffusion(rectangleStream, { ...training, random: random(1) });
    denoiser = await openDiffusion(model, { batchSize: 4 });
  });
  afterAll(() => denoiser.release());
  const labels = (index: number) => rectangle(random(99).fork(index));
  const contrast = async (guidanceScale: number) => {
    const drawn = await collected(generateImages(denoiser, { seed: 3, count: 8, steps: 8, labels, guidanceScale }));
    const mean = (inside: boolean) =>
      bulk(drawn.flatMap(({ image, labels }) => [...image.data].filter((_, i) => labels!.data[i]! > 0 === inside)))
        .mean;
    return { inside: mean(true), outside: mean(false) };
  };

  it("draws bright where the label is, dark elsewhere", async () => {
    const { inside, outside } = await contrast(1);
    expect(Math.abs(inside - 0.8)).toBeLessThan(0.12);
    expect(Math.abs(outside - 0.2)).toBeLessThan(0.12);
  });

  it("goes further with guidance, and not at all at guidance 0", async () => {
    const [free, told, guided] = [await contrast(0), await contrast(1), await contrast(2)];
    expect(Math.abs(free.inside - free.outside)).toBeLessThan(0.25);
    expect(guided.inside - guided.outside).toBeGreaterThan(told.inside - told.outside);
  });

  it("draws without labels where none are given", async () => {
    const drawn = await collected(
      generateImages(denoiser, { seed: 3, count: 2, steps: 4, labels: (i) => (i ? labels(i) : undefined) }),
    );
    expect(drawn.map((one) => one.labels !== undefined)).toEqual([false, true]);
    expect(drawn[0]!.image.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("refuses label maps of another size", async () => {
    const drawing = collected(
      generateImages(denoiser, { seed: 3, count: 1, steps: 2, labels: () => emptyLabelMap(4, 4) }),
    );
    await expect(drawing).rejects.toThrow(ShapeError);
  });

  it("is the same after it was saved and opened again", async () => {
    const file = join(folder, "diffusion.safetensors");
    saveDiffusion(file, model);
    const loaded = loadDiffusion(file);
    expect(loaded.schedule).toEqual(model.schedule);
    expect(loaded.chosenStep).toBe(200);
    const again = await openDiffusion(loaded, { batchSize: 4 });
    const drawing = { seed: 3, count: 2, steps: 3, labels };
    const [first, second] = [
      await collected(generateImages(denoiser, drawing)),
      await collected(generateImages(again, drawing)),
    ];
    expect(second).toEqual(first);
    await again.release();
    expect(() => loadDiffusion(join(folder, "none.safetensors"))).toThrow(DataError);
  });
});

it("trains on told augmentations of a data set with labels, and draws without being told any", async () => {
  const image = {
    data: new Uint16Array(144).fill(30_000),
    pixelType: "uint16",
    channels: 1,
    height: 12,
    width: 12,
  } as const;
  const items: Item[] = [0, 1].map((index) => ({
    ...{ name: `${index}`, group: `${index}`, image, provenance: { origin: "real", source: "" } },
    annotations: { instances: emptyLabelMap(12, 12) },
  }));
  const options = { sizePx: SIZE, random: random(1), withLabels: true, toldProbability: 0.5 };
  const data = await patchStream(memoryDataset("two", items), options);
  const model = await fitDiffusion(data, { network: tiny, steps: 3, random: random(1) });
  expect(model.conditionPlanes).toBe(3);
  const name = "denoiser/augmentation/weight";
  expect(model.state.get(name)!.shape).toEqual([8, AUGMENTATION_FEATURES]);
  expect(model.state.get(name)!.data.some((weight) => weight !== 0)).toBe(true);
  const denoiser = await openDiffusion(model, { batchSize: 1 });
  expect(await collected(generateImages(denoiser, { seed: 1, count: 1, steps: 2 }))).toHaveLength(1);
  await denoiser.release();
});

describe("generateImages", () => {
  let model: DiffusionModel;
  const drawn = async (batchSize: number, more: { start?: number; count?: number; seed?: number } = {}) => {
    const denoiser = await openDiffusion(model, { batchSize });
    const images = await collected(generateImages(denoiser, { seed: 7, count: 7, steps: 4, ...more }));
    await denoiser.release();
    return images;
  };
  beforeAll(async () => {
    model = await fitDiffusion(levelStream(), { network: tiny, steps: 30, random: random(1), learningRate: 4e-3 });
  });

  it("gives image k the same bits in whatever batch, and from any start", async () => {
    const whole = await drawn(3);
    expect(whole.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(whole[1]!.image.data).not.toEqual(whole[0]!.image.data);
    expect(await drawn(3, { start: 2, count: 5 })).toEqual(whole.slice(2));
    const [other] = await drawn(3, { seed: 8, count: 1 });
    expect(other!.image.data).not.toEqual(whole[0]!.image.data);
  });

  it("gives it to within rounding when the network is compiled for another batch", async () => {
    const [threes, fives] = [await drawn(3), await drawn(5)];
    for (const [k, { image }] of fives.entries())
      expect(image.data).toBeAllclose(threes[k]!.image.data, { absolute: 1e-4 });
  });

  it("stops when asked, and has no labels to follow when it learned none", async () => {
    const denoiser = await openDiffusion(model, { batchSize: 2 });
    const stop = new AbortController();
    const drawing = generateImages(denoiser, { seed: 7, count: 100, steps: 2, signal: stop.signal });
    expect((await drawing.next()).value!.index).toBe(0);
    stop.abort();
    await expect(drawing.next()).rejects.toThrow(CancelledError);
    expect(() => denoiser.conditioned(zeros([1, 3, SIZE, SIZE]))).toThrow(/trained without labels/);
    await denoiser.release();
  });
});

/** An image whose pixels tell where they are. */
const ramp = (edge: number): Plane => ({
  data: Float32Array.from({ length: edge * edge }, (_, i) => i / (edge * edge)),
  height: edge,
  width: edge,
});

describe("pictures of a data set", () => {
  const length = 10_000;
  const reads: number[] = [];
  const item = (index: number, edge = 16): Item => ({
    name: `${index}`,
    group: `${index}`,
    image: {
      data: new Uint16Array(edge * edge).fill(index),
      pixelType: "uint16",
      channels: 1,
      height: edge,
      width: edge,
    },
    annotations: {},
    provenance: { origin: "real", source: `${index}` },
  });
  const entries = Array.from({ length }, (_, index) => ({ name: `${index}`, group: `${index}` }));
  const many = lazyDataset("many", entries, async (index) => {
    reads.push(index);
    return item(index);
  });
  const open = (cacheMb: number) => patchStream(many, { sizePx: 8, random: random(4), cacheMb });
  const indexOf = ({ image }: { image: Plane }) => Math.round(image.data[0]! * 65535);

  it("stream through a bounded memory: about one image is read per step, and all take turns", async () => {
    const stream = await open(0.1); // 102 images of 1 KiB
    reads.length = 0;
    const seen: number[] = [];
    for (let step = 0; step < 400; step++)
      seen.push(...(await stream.batch(step, 8, random(1).fork(step))).map(indexOf));
    expect(reads.length).toBeLessThan(400 + 103);
    expect(new Set(reads).size).toBe(reads.length); // none is read twice
    expect(bulk(seen).mean / length).toBeCloseTo(0.5, 1);
  });

  it("are the same in a continued training, and depend on the step", async () => {
    const [one, other] = [await open(0.1), await open(0.1)];
    await one.batch(0, 8, random(1));
    const later = (await one.batch(300, 8, random(1))).map(indexOf);
    expect((await other.batch(300, 8, random(1))).map(indexOf)).toEqual(later);
    expect((await other.batch(100, 8, random(1))).map(indexOf)).not.toEqual(later);
  });

  it("come from everywhere where everything fits, and each image is read once", async () => {
    const stream = await open(16);
    reads.length = 0;
    const seen = (await stream.batch(0, 500, random(1))).map(indexOf);
    expect(bulk(seen).spread / length).toBeCloseTo(1 / Math.sqrt(12), 1);
    const before = reads.length;
    await stream.batch(7, 500, random(1));
    expect(reads.length).toBe(before);
  });

  it("need labels where labels are the point", async () => {
    await expect(patchStream(many, { sizePx: 8, random: random(4), withLabels: true })).rejects.toThrow(DataError);
  });
});

describe("augmentation", () => {
  const whole = { image: ramp(24), labels: { ...ramp(24), data: Uint32Array.from({ length: 576 }, (_, i) => i) } };

  it("is a plain piece of the image, in the orientations that are allowed", () => {
    const isPlain = ({ data }: Plane) => Math.abs((data[1]! - data[0]!) * 576 - 1) < 1e-4;
    const plain = (orientations: "all" | "one") =>
      Array.from({ length: 40 }, (_, i) => drawPatch(whole, SIZE, random(i), { orientations })).filter(({ image }) =>
        isPlain(image),
      ).length;
    expect(plain("one")).toBe(40);
    expect(plain("all")).toBeLessThan(15); // one in eight
  });

  it("tells what it changed, and nothing where it changed nothing", () => {
    const patches = Array.from({ length: 400 }, (_, i) => drawPatch(whole, SIZE, random(i), { toldProbability: 0.12 }));
    const told = patches.filter(({ augmentation }) => augmentation.some((value) => value !== 0));
    expect(told.length / 400).toBeGreaterThan(1 - 0.88 ** 5 - 0.08);
    expect(told.length / 400).toBeLessThan(1 - 0.88 ** 5 + 0.08);
    const levels = new Set(Array.from(whole.image.data));
    for (const { image, augmentation } of patches) {
      expect(augmentation).toHaveLength(AUGMENTATION_FEATURES);
      const isUnchanged = image.data.every((value) => levels.has(value));
      expect(isUnchanged).toBe(augmentation.every((value) => value === 0));
    }
    const off = drawPatch(whole, SIZE, random(1));
    expect([...off.augmentation]).toEqual(Array(AUGMENTATION_FEATURES).fill(0));
  });

  it("keeps labels in register with the image", () => {
    for (let i = 0; i < 60; i++) {
      const { image, labels, augmentation } = drawPatch(whole, SIZE, random(i), { toldProbability: 0.5 });
      const [, , , , , gain, offset] = augmentation;
      const meanOf = (values: ArrayLike<number>) => bulk(Array.from(values)).mean;
      const expected = meanOf(labels!.data) / 576;
      expect((meanOf(image.data) - offset!) / 2 ** gain!).toBeCloseTo(expected, 1);
    }
  });

  it("turns by a quarter exactly, and shrinks straight lines to straight lines", () => {
    const centre = [3.5, 3.5] as const;
    const [image, labels] = [ramp(SIZE), { ...ramp(SIZE), data: Uint32Array.from({ length: 64 }, (_, i) => i) }];
    const quarter = { centre, matrix: [0, 1, -1, 0] } as const;
    expect(warpPlane(image, SIZE, quarter).data).toBeAllclose(turned(image, 1).data, { absolute: 1e-6 });
    expect(warpLabels(labels, SIZE, quarter).data).toEqual(turned(labels, 1).data);
    const half = warpPlane(ramp(24), SIZE, { centre: [11.5, 11.5], matrix: [0.5, 0, 0, 0.5] });
    const step = 0.5 / 576; // between neighbours along x
    for (let x = 0; x < SIZE - 1; x++) expect(half.data[x + 1]! - half.data[x]!).toBeCloseTo(step, 6);
    expect(half.data[SIZE]! - half.data[0]!).toBeCloseTo(step * 24, 6);
  });
});
