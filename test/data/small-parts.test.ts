import { describe, expect, test } from "vitest";
import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { boxesOf, completeAnnotations, pointsOf } from "../../src/data/annotation.ts";
import { augmented, greyVaried, turned } from "../../src/data/augmentation.ts";
import { greyLevels, normalizationOf, normalized } from "../../src/data/normalization.ts";

const labels: LabelMap = { data: Uint32Array.from([0, 3, 3, 0, 3, 3, 7, 0, 0, 0, 7, 7]), height: 3, width: 4 };

describe("annotations", () => {
  test("instances → boxes → points → count", () => {
    expect(boxesOf(labels)).toEqual([
      { x0: 0, y0: 0, x1: 3, y1: 2 },
      { x0: 2, y0: 1, x1: 4, y1: 3 },
    ]);
    expect(pointsOf(labels)[0]).toEqual({ y: 0.5, x: (1 + 2 + 0 + 1) / 4 });
    const complete = completeAnnotations({ instances: labels });
    expect([complete.boxes!.length, complete.points!.length, complete.count]).toEqual([2, 2, 2]);
  });

  test("what is given stays; a box of one pixel has its centre in that pixel", () => {
    expect(completeAnnotations({ boxes: [{ x0: 4, y0: 2, x1: 5, y1: 3 }] })).toMatchObject({
      points: [{ x: 4, y: 2 }],
      count: 1,
    });
    expect(completeAnnotations({ instances: labels, count: 9 }).count).toBe(9);
    expect(completeAnnotations({})).toEqual({});
    expect(completeAnnotations({ points: [] }).count).toBe(0);
  });
});

describe("normalization", () => {
  const plane: Plane = { data: Float32Array.from({ length: 1000 }, (_, i) => 100 + i), height: 20, width: 50 };

  test("spans the percentiles, and there and back is the same", () => {
    const normalization = normalizationOf([plane], { low: 10, high: 90 });
    expect(normalization.black).toBeCloseTo(199.9, 6);
    expect(normalization.white).toBeCloseTo(999.1, 6);
    const values = normalized(plane, JSON.parse(JSON.stringify(normalization)));
    expect(values.data[0]).toBeCloseTo(-1 - (2 * 99.9) / 799.2, 5);
    expect(greyLevels(values, normalization).data).toBeAllclose(plane.data, { relative: 1e-5 });
  });

  test("a plane of one value is not divided by zero", () => {
    const flat = { ...plane, data: new Float32Array(1000).fill(5) };
    expect(normalized(flat, normalizationOf([flat])).data.every((value) => value === -1)).toBe(true);
  });
});

describe("augmentation", () => {
  const plane: Plane = { data: Float32Array.from([1, 2, 3, 4, 5, 6]), height: 2, width: 3 };

  test("the eight orientations, as numpy.rot90 and numpy.fliplr give them", () => {
    expect(Array.from({ length: 8 }, (_, turn) => Array.from(turned(plane, turn).data))).toEqual([
      [1, 2, 3, 4, 5, 6],
      [3, 6, 2, 5, 1, 4],
      [6, 5, 4, 3, 2, 1],
      [4, 1, 5, 2, 6, 3],
      [3, 2, 1, 6, 5, 4],
      [1, 4, 2, 5, 3, 6],
      [4, 5, 6, 1, 2, 3],
      [6, 3, 5, 2, 4, 1],
    ]);
    expect(turned(plane, 1)).toMatchObject({ height: 3, width: 2 });
  });

  test("image and labels stay in register", () => {
    const square: LabelMap = { data: Uint32Array.from({ length: 64 }, (_, i) => i), height: 8, width: 8 };
    const image: Plane = { data: Float32Array.from(square.data), height: 8, width: 8 };
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const pair = augmented({ image, labels: square }, random(seed), { gain: 0, gamma: 0, noise: 0 });
      expect(Array.from(pair.image.data)).toEqual(Array.from(pair.labels.data));
      seen.add(pair.labels.data.join());
    }
    expect(seen.size).toBe(8);
    const wide = augmented({ image: plane, labels: plane }, random(3));
    expect([wide.image.height, wide.image.width]).toEqual([2, 3]);
  });

  test("noise has the stated largest spread; the same seed gives the same pixels", () => {
    const flat: Plane = { data: new Float32Array(10_000).fill(0.5), height: 100, width: 100 };
    const spread = (seed: number) => {
      const { data } = greyVaried(flat, random(seed), { gain: 0, gamma: 0, noise: 0.1 });
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
    };
    const spreads = Array.from({ length: 20 }, (_, seed) => spread(seed));
    expect(Math.max(...spreads)).toBeLessThan(0.102);
    expect(Math.max(...spreads) - Math.min(...spreads)).toBeGreaterThan(0.05);
    expect(greyVaried(flat, random(1)).data).toEqual(greyVaried(flat, random(1)).data);
  });
});
