import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError, RecipeError, ShapeError } from "../../src/core/errors.ts";
import { emptyLabelMap, type LabelMap } from "../../src/core/plane.ts";
import { iouMatrix } from "../../src/metrics/iou-matrix.ts";
import {
  iouThresholds,
  type Matching,
  matchedPairs,
  matching,
  matchingOverThresholds,
  meanMatchAccuracy,
  sumMatchings,
  sumMatchingsOverThresholds,
} from "../../src/metrics/matching.ts";
import { panopticQuality } from "../../src/metrics/panoptic-quality.ts";
import { fromRuns, labelMap, reference } from "./reference.ts";

interface Fixture {
  thresholds: number[];
  fields: (keyof Matching)[];
  pairs: { name: string; height: number; width: number; truth: number[]; predicted: number[]; expected: number[][] }[];
  dataset: number[][];
}

const stardist = reference<Fixture>("matching");
const pairs = stardist.pairs.map((pair) => ({
  ...pair,
  truthMap: fromRuns(pair.truth, pair.height, pair.width),
  predictedMap: fromRuns(pair.predicted, pair.height, pair.width),
}));

/** StarDist keeps IoU in single precision. */
function expectFields(actual: Matching, expected: readonly number[]): void {
  stardist.fields.forEach((field, index) => {
    expect(actual[field], `${field} at IoU ${actual.iou}`).toBeCloseTo(expected[index]!, 5);
  });
}

const smallMaps = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 36, maxLength: 36 }),
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 36, maxLength: 36 }),
  )
  .map(([a, b]) =>
    [a, b].map((data): LabelMap => ({ data: Uint32Array.from(data), height: 6, width: 6 })),
  ) as fc.Arbitrary<[LabelMap, LabelMap]>;

describe("matching", () => {
  it.each(pairs.map((pair, index) => ({ ...pair, index })))(
    "agrees with StarDist in every field at 13 IoU: $index $name",
    ({ truthMap, predictedMap, expected }) => {
      const found = matchingOverThresholds(truthMap, predictedMap, stardist.thresholds);
      found.forEach((one, step) => {
        expectFields(one, expected[step]!);
      });
    },
  );

  it("agrees with StarDist's matching_dataset when summed over images", () => {
    const images = pairs.map(({ truthMap, predictedMap }) =>
      matchingOverThresholds(truthMap, predictedMap, stardist.thresholds),
    );
    sumMatchingsOverThresholds(images).forEach((one, step) => {
      expectFields(one, stardist.dataset[step]!);
    });
  });

  it("counts by hand on a picture small enough to count", () => {
    const truth = labelMap("110022", "110022", "000000", "333000");
    const predicted = labelMap("550000", "550044", "000000", "066666");
    // 5 finds 1 (IoU 1), 4 finds 2 (IoU exactly 1/2), 6 misses 3 (IoU 2/6)
    expect(matching(truth, predicted)).toMatchObject({
      iou: 0.5,
      truePositives: 2,
      falsePositives: 1,
      falseNegatives: 1,
      precision: 2 / 3,
      recall: 2 / 3,
      f1: 2 / 3,
      matchAccuracy: 1 / 2,
      panopticQuality: 1.5 / 3,
      meanTrueScore: 1.5 / 3,
      meanMatchedScore: 0.75,
      truths: 3,
      predictions: 3,
    });
  });

  it("swaps precision and recall when truth and prediction swap, and does not care for label numbers", () => {
    fc.assert(
      fc.property(smallMaps, fc.constantFrom(0.2, 0.5, 0.75), ([a, b], iou) => {
        const forward = matching(a, b, { iou });
        const backward = matching(b, a, { iou });
        expect(backward.truePositives).toBe(forward.truePositives);
        expect(backward.falsePositives).toBe(forward.falseNegatives);
        expect(backward.precision).toBe(forward.recall);
        const renumbered = { ...b, data: b.data.map((label) => (label === 0 ? 0 : 4_000_000_000 - 7 * label)) };
        expect(matching(a, renumbered, { iou })).toEqual(forward);
      }),
      { seed: 2 },
    );
  });

  it("finds never more at a higher IoU, each object at most once", () => {
    fc.assert(
      fc.property(smallMaps, ([a, b]) => {
        const found = matchingOverThresholds(a, b).map((one) => one.truePositives);
        expect(found).toEqual(found.toSorted((x, y) => y - x));
        const once = matchedPairs(iouMatrix(a, b), 0.1);
        expect(new Set(once.map(({ truth }) => truth)).size).toBe(once.length);
        expect(new Set(once.map(({ predicted }) => predicted)).size).toBe(once.length);
      }),
      { seed: 3 },
    );
  });

  it("is fast on images with very many objects", () => {
    const size = 1024;
    const grid = (shift: number): LabelMap => {
      const labels = emptyLabelMap(size, size);
      for (let y = 0; y < size - shift; y++)
        for (let x = 0; x < size; x++)
          if (y % 16 < 12 && x % 16 < 12) labels.data[(y + shift) * size + x] = 1 + (y >> 4) * 64 + (x >> 4);
      return labels;
    };
    const started = performance.now();
    const found = matching(grid(0), grid(2)); // 4096 objects, IoU 10/14 each
    expect(found.truePositives).toBe(4096);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("refuses maps of different size and impossible IoU", () => {
    expect(() => matching(emptyLabelMap(4, 4), emptyLabelMap(4, 5))).toThrow(ShapeError);
    for (const iou of [0, -1, 1.01, Number.NaN])
      expect(() => matching(labelMap("1"), labelMap("1"), { iou })).toThrow(RecipeError);
  });
});

describe("iouMatrix", () => {
  it("holds each overlap once, with the areas of all objects", () => {
    const matrix = iouMatrix(labelMap("1122", "1122"), labelMap("0777", "0700"));
    expect(matrix).toEqual({
      truthLabels: [1, 2],
      truthAreas: [4, 4],
      predictedLabels: [7],
      predictedAreas: [4],
      overlaps: [
        { truth: 0, predicted: 0, pixels: 2, iou: 2 / 6 },
        { truth: 1, predicted: 0, pixels: 2, iou: 2 / 6 },
      ],
    });
  });
});

describe("data sets", () => {
  it("uses the ten thresholds of the Data Science Bowl", () => {
    expect(iouThresholds).toEqual([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
  });

  it("averages matchAccuracy over thresholds", () => {
    const { truthMap, predictedMap } = pairs[1]!;
    const overThresholds = matchingOverThresholds(truthMap, predictedMap);
    const byHand = iouThresholds.map((iou) => matching(truthMap, predictedMap, { iou }).matchAccuracy);
    expect(meanMatchAccuracy(overThresholds)).toBeCloseTo(byHand.reduce((a, b) => a + b) / 10, 12);
    expect(meanMatchAccuracy([])).toBe(0);
  });

  it("sums counts, not ratios", () => {
    const many = matching(labelMap("102030405"), labelMap("102030405"));
    const none = matching(labelMap("1"), labelMap("0"));
    expect(sumMatchings([many, none]).f1).toBeCloseTo(10 / 11, 12); // the mean of the two F1 would be 1/2
  });

  it("refuses an empty data set and a mixture of IoU", () => {
    expect(() => sumMatchings([])).toThrow(DataError);
    const map = labelMap("1");
    expect(() => sumMatchings([matching(map, map), matching(map, map, { iou: 0.7 })])).toThrow(/IoU 0.5, 0.7/);
  });
});

describe("panopticQuality", () => {
  it("is the product of its factors, and the field of the matching", () => {
    for (const { truthMap, predictedMap } of pairs) {
      const found = matching(truthMap, predictedMap);
      const quality = panopticQuality(found);
      expect(quality.panopticQuality).toBeCloseTo(quality.segmentationQuality * quality.recognitionQuality, 12);
      expect(quality.panopticQuality).toBeCloseTo(found.panopticQuality, 12);
    }
  });
});
