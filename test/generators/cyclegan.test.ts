import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CancelledError } from "../../src/core/errors.ts";
import { emptyLabelMap, emptyPlane, type LabelMap, type Plane } from "../../src/core/plane.ts";
import { type Random, random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import {
  type CycleGanData,
  type CycleGanFitOptions,
  condition,
  type DrawnPair,
  detailOn,
  fitCycleGan,
  type Generators,
  generatePair,
  labelsOfCondition,
  loadCycleGan,
  openGenerators,
  probeSteganography,
  saveCycleGan,
  tensorOfPlane,
} from "../../src/generators/cyclegan/index.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { regions } from "../../src/image/regions.ts";
import { matching } from "../../src/metrics/matching.ts";
import { withDiscs } from "../drawn-discs.ts";

const EDGE = 32;
const tiny = {
  generatorChannels: 4,
  residualBlocks: 1,
  discriminatorChannels: 4,
  discriminatorLayers: 2,
  upsample: "nearest",
  spectralNorm: false,
} as const;

/** Two discs that may touch. */
function discs(stream: Random): LabelMap {
  const labels = emptyLabelMap(EDGE, EDGE);
  for (const label of [1, 2]) {
    const [cy, cx, r] = [stream.between(8, 24), stream.between(8, 24), stream.between(4, 7)];
    for (let y = 0; y < EDGE; y++)
      for (let x = 0; x < EDGE; x++) if (Math.hypot(y - cy, x - cx) < r) labels.data[y * EDGE + x] = label;
  }
  return labels;
}

/** An image of labels: discs at a level on 0.1. */
function imageOf(labels: LabelMap, level = 0.6): Plane {
  return { ...emptyPlane(EDGE, EDGE), data: Float32Array.from(labels.data, (label) => (label ? level : 0.1)) };
}

function drawn(stream: Random): DrawnPair {
  const labels = discs(stream);
  return { labels, image: imageOf(labels) };
}

const data: CycleGanData = {
  real: Array.from({ length: 4 }, (_, i) => imageOf(discs(random(100).fork(i)))),
  drawPair: drawn,
};
const options = (more: Partial<CycleGanFitOptions> = {}): CycleGanFitOptions => ({
  random: random(3),
  networks: tiny,
  steps: 12,
  cropPx: EDGE,
  ...more,
});

const folder = await mkdtemp(join(tmpdir(), "fantascope-cyclegan-"));
afterAll(() => rm(folder, { recursive: true }));

describe("condition", () => {
  it("gives touching nuclei back as two", () => {
    const labels = emptyLabelMap(EDGE, EDGE);
    for (let y = 0; y < EDGE; y++)
      for (let x = 0; x < EDGE; x++) {
        if (Math.hypot(y - 16, x - 10) < 6) labels.data[y * EDGE + x] = 1;
        else if (Math.hypot(y - 16, x - 21) < 6) labels.data[y * EDGE + x] = 2;
      }
    const back = labelsOfCondition(condition(labels));
    expect(matching(labels, back, { iou: 0.8 }).truePositives).toBe(2);
  });

  it("lies between -1 and 1", () => {
    const { data: values, shape } = condition(discs(random(1)));
    expect(shape).toEqual([1, 3, EDGE, EDGE]);
    expect(Math.min(...values)).toBe(-1);
    expect(Math.max(...values)).toBe(1);
  });
});

describe("the cycled label of a pair", () => {
  /** Generators that agree on nuclei of radius 6 in the mask and of another one in the image. */
  const agreedOn = (radiusInImage: number): Generators => {
    const at = (radius: number) => withDiscs(EDGE, EDGE, [[16, 16, radius]]);
    return {
      image: async () => tensorOfPlane(gaussianBlur(imageOf(at(radiusInImage)), 1)),
      mask: async () => condition(at(6)),
      release: async () => {},
    };
  };
  const area = (labels: LabelMap) => regions(labels)[0]!.area;
  const asked = drawn(random(8));

  it.each([7.5, 5])("has its outlines where the image has them: radius %s", async (radius) => {
    const { inputLabels, cycledLabels } = await generatePair(agreedOn(radius), asked);
    expect(Math.abs(Math.sqrt(area(cycledLabels) / Math.PI) - radius)).toBeLessThan(0.5);
    expect(inputLabels).toBe(asked.labels);
  });

  it("has them where the inverse generator reads them, as published, if so wished", async () => {
    const { cycledLabels } = await generatePair(agreedOn(7.5), asked, { refineEdges: false });
    expect(area(cycledLabels)).toBe(area(withDiscs(EDGE, EDGE, [[16, 16, 6]])));
  });
});

describe("brightness of a generated image", () => {
  const noisy = (stream: Random): Plane => ({
    ...emptyPlane(EDGE, EDGE),
    data: Float32Array.from({ length: EDGE * EDGE }, () => stream.between(0.3, 0.7)),
  });
  const blurred = (plane: Plane) => gaussianBlur(plane, 2).data;

  it("is coarsely that of one image, with the detail of another", () => {
    const [coarse, fine] = [gaussianBlur(noisy(random(1)), 8), noisy(random(2))];
    const laid = detailOn(coarse, fine);
    const [below, blurredFine] = [blurred(coarse), blurred(fine)];
    const expected = fine.data.map((value, i) => below[i]! + value - blurredFine[i]!);
    expect(laid.data).toBeAllclose(expected, { absolute: 1e-6 });
    expect(detailOn(fine, fine).data).toBeAllclose(fine.data, { absolute: 1e-6 });
  });

  it("stays within 0 and 1", () => {
    const white = { ...emptyPlane(EDGE, EDGE), data: new Float32Array(EDGE * EDGE).fill(1) };
    expect(Math.max(...detailOn(white, noisy(random(3))).data)).toBe(1);
    expect(Math.min(...detailOn(emptyPlane(EDGE, EDGE), noisy(random(3))).data)).toBe(0);
  });

  it("refuses images of different sizes", () => {
    expect(() => detailOn(emptyPlane(EDGE, EDGE), emptyPlane(EDGE, 2 * EDGE))).toThrow(/detailOn/);
  });

  it("comes from the simulator if so wished, and the cycled label is read in the generator's own image all the same", async () => {
    const labels = withDiscs(EDGE, EDGE, [[16, 16, 6]]);
    const dim = { labels, image: imageOf(labels, 0.3) };
    const read: Tensor[] = [];
    const generators: Generators = {
      image: async () => tensorOfPlane(gaussianBlur(imageOf(labels), 1)),
      mask: async (image) => {
        read.push(image);
        return condition(labels);
      },
      release: async () => {},
    };
    const centre = ({ data: values }: Plane) => values[16 * EDGE + 16]!;
    const pair = await generatePair(generators, dim, { brightness: "simulated" });
    const published = await generatePair(generators, dim);
    expect(centre(pair.image)).toBeCloseTo(0.3, 1);
    expect(centre(published.image)).toBeCloseTo(0.6, 1);
    expect(read[0]!.data).toEqual(read[1]!.data);
  });
});

describe("fitCycleGan", () => {
  it("lowers the cycle losses", async () => {
    const model = await fitCycleGan(data, options({ steps: 120, learningRate: 2e-3 }));
    const curve = model.curves.cycleSim!;
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(curve.slice(-20))).toBeLessThan(0.6 * mean(curve.slice(0, 10)));
  });

  it("draws nuclei bright, because the warm start says so", async () => {
    const model = await fitCycleGan(data, options({ steps: 120, learningRate: 2e-3, lowPass: 0.3 }));
    const generators = await openGenerators(model);
    const { image, inputLabels } = await generatePair(generators, drawn(random(77)));
    const mean = (inside: boolean) => {
      const values = [...image.data].filter((_, i) => inputLabels.data[i]! > 0 === inside);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(mean(true)).toBeGreaterThan(mean(false) + 0.2);
    await generators.release();
  });

  it("asks the images for the foreground alone, and the inverse generator for all of the mask", async () => {
    // One step of both: what the inverse generator learns is the same, what the generator learns is not.
    const [all, foreground] = await Promise.all(
      (["all", "foreground"] as const).map((imageCycle) => fitCycleGan(data, options({ steps: 1, imageCycle }))),
    );
    const weights = (model: typeof all, network: string) =>
      [...model!.state].filter(([name]) => name.startsWith(`${network}/`) && !name.includes("adam"));
    expect(weights(all, "realToSim").length).toBeGreaterThan(0);
    for (const [name, { data: values }] of weights(all, "realToSim"))
      expect(foreground!.state.get(name)!.data, name).toEqual(values);
    const moved = weights(all, "simToReal").filter(
      ([name, { data: values }]) => !values.every((value, i) => value === foreground!.state.get(name)!.data[i]),
    );
    expect(moved.length).toBeGreaterThan(0);
  });

  it("gives the same bits twice, and when it is stopped and continued", async () => {
    const whole = await fitCycleGan(data, options());
    const checkpointFile = join(folder, "stopped.safetensors");
    const stop = new AbortController();
    const interrupted = fitCycleGan(
      data,
      options({ checkpointFile, signal: stop.signal, onProgress: ({ done }) => done === 5 && stop.abort() }),
    );
    await expect(interrupted).rejects.toThrow(CancelledError);
    const continued = await fitCycleGan(data, options({ checkpointFile }));
    for (const [name, { data: values }] of whole.state) expect(continued.state.get(name)!.data, name).toEqual(values);
  });

  it("keeps the frozen judge of content as it was", async () => {
    const frozen = new Map([["judge/weight", { data: Float32Array.of(0.5), shape: [1] }]]);
    const loss: NonNullable<CycleGanFitOptions["consistency"]>["loss"] = (image) => {
      const weight = image.graph.parameter("judge/weight", [1], () => Float32Array.of(0));
      return mean(square(mul(image, weight)), {});
    };
    const { mean, mul, square } = await import("../../src/engine/ops/index.ts");
    const model = await fitCycleGan(data, options({ steps: 3, consistency: { weight: 2, loss, state: frozen } }));
    expect(model.state.get("judge/weight")!.data[0]).toBe(0.5);
    expect(model.curves.consistency!.length).toBe(3);
  });
});

describe("a trained CycleGAN", () => {
  it("generates the same pair after it was saved and opened again", async () => {
    const model = await fitCycleGan(data, options({ steps: 3 }));
    const file = join(folder, "model.safetensors");
    saveCycleGan(file, model);
    const pair = drawn(random(5));
    const [a, b] = [await openGenerators(model), await openGenerators(loadCycleGan(file))];
    const [first, second] = [await generatePair(a, pair), await generatePair(b, pair)];
    expect(second.image.data).toEqual(first.image.data);
    expect(second.cycledLabels.data).toEqual(first.cycledLabels.data);
    expect(Math.min(...first.image.data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...first.image.data)).toBeLessThanOrEqual(1);
    await a.release();
    await b.release();
  });
});

describe("steganography probe", () => {
  /** Generators made by hand: the image hides the mask below 1 % of its range, in the finest grating, and the inverse reads it there. */
  const hiding = {
    image: async (mask: { data: Float32Array }) => ({
      data: Float32Array.from(
        { length: EDGE * EDGE },
        (_, i) => (mask.data[i]! > 0 ? 0.01 : 0) * ((i + Math.floor(i / EDGE)) % 2 ? 1 : -1),
      ),
      shape: [1, 1, EDGE, EDGE],
    }),
    mask: async (image: { data: Float32Array }) => {
      const one = image.data.map((value) => (Math.abs(Math.abs(value) - 0.01) < 0.002 ? 1 : -1));
      return { data: Float32Array.from([...one, ...one, ...one]), shape: [1, 3, EDGE, EDGE] };
    },
    release: async () => {},
  };
  /** Honest ones: the image is the mask, and reading is thresholding. */
  const honest = {
    image: async (mask: { data: Float32Array }) => ({
      data: mask.data.slice(0, EDGE * EDGE),
      shape: [1, 1, EDGE, EDGE],
    }),
    mask: async (image: { data: Float32Array }) => {
      const one = image.data.map((value) => (value > 0 ? 1 : -1));
      return { data: Float32Array.from([...one, ...one, ...one]), shape: [1, 3, EDGE, EDGE] };
    },
    release: async () => {},
  };
  const labels = [discs(random(8)), discs(random(9))];
  const errorOf = async (generators: typeof honest, name: string) => {
    const { cycleErrors } = await probeSteganography(generators, labels, { random: random(1), keepBefore: 1 });
    const find = (disturbance: string) => cycleErrors.find((one) => one.disturbance === disturbance)!.error;
    return find(name) / find("none");
  };

  it("sees the error of a hiding generator jump under noise and quantisation", async () => {
    expect(await errorOf(hiding, "noise 0.025")).toBeGreaterThan(1.3);
    expect(await errorOf(hiding, "20 levels")).toBeGreaterThan(1.3);
  });

  it("sees no jump where nothing is hidden", async () => {
    expect(await errorOf(honest, "noise 0.025")).toBeCloseTo(1, 5);
    expect(await errorOf(honest, "20 levels")).toBeCloseTo(1, 5);
  });
});
