import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { emptyMask } from "../../src/core/plane.ts";
import { countError } from "../../src/metrics/count-error.ts";
import { dice } from "../../src/metrics/dice.ts";
import { iou } from "../../src/metrics/iou.ts";
import { labelMap } from "./reference.ts";

describe("iou and dice", () => {
  const a = labelMap("1110", "2220"); // 6 pixels
  const b = labelMap("0011", "0011"); // 4 pixels, 2 shared

  it("count pixels of whole masks", () => {
    expect(iou(a, b)).toBe(2 / 8);
    expect(dice(a, b)).toBe(4 / 10);
  });

  it("keep Dice = 2 IoU / (1 + IoU)", () => {
    expect(dice(a, b)).toBeCloseTo((2 * iou(a, b)) / (1 + iou(a, b)), 12);
  });

  it("are 1 for two empty masks and 0 for one", () => {
    expect([iou(emptyMask(2, 2), emptyMask(2, 2)), dice(emptyMask(2, 2), emptyMask(2, 2))]).toEqual([1, 1]);
    expect([iou(a, emptyMask(2, 4)), dice(a, emptyMask(2, 4))]).toEqual([0, 0]);
  });

  it("refuse masks of different size", () => {
    expect(() => iou(a, emptyMask(4, 2))).toThrow(ShapeError);
  });
});

describe("countError", () => {
  it("tells bias, absolute and relative error, per image and as means", () => {
    expect(countError([10, 20, 0, 5], [12, 15, 3, 5])).toEqual({
      perImage: [
        { bias: 2, absolute: 2, relative: 0.2 },
        { bias: -5, absolute: 5, relative: 0.25 },
        { bias: 3, absolute: 3, relative: 3 }, // an empty image is measured against one object
        { bias: 0, absolute: 0, relative: 0 },
      ],
      bias: 0,
      meanAbsoluteError: 2.5,
      meanRelativeError: 3.45 / 4,
    });
  });

  it("refuses lists that do not pair", () => {
    expect(() => countError([1, 2], [1])).toThrow(ShapeError);
    expect(() => countError([], [])).toThrow(ShapeError);
  });
});
