import { describe, expect, it } from "vitest";
import { RecipeError } from "../../src/core/errors.ts";
import { verdict } from "../../src/metrics/verdict.ts";

const study = { images: 40, seeds: 3 };

describe("verdict", () => {
  it.each([
    ["all of it above the smallest difference that matters", 0.03, 0.01, 0.05, "helped"],
    ["all of it below its negative", -0.03, -0.05, -0.012, "hurt"],
    ["all of it between", 0.001, -0.006, 0.008, "no clear difference"],
    ["above zero, but it may not matter", 0.02, 0.004, 0.036, "cannot tell"],
    ["on both sides", 0.0, -0.04, 0.04, "cannot tell"],
    ["reaching just to it from inside", 0.0, -0.005, 0.01, "cannot tell"],
  ] as const)("judges an interval by where it lies: %s", (_, difference, low, high, outcome) => {
    expect(verdict({ difference, low, high, ...study }).outcome).toBe(outcome);
  });

  it("says how many images would make the interval narrow enough", () => {
    // 4 points ± 6: to clear 1 point it must shrink to ± 3, a half: four times the images.
    expect(verdict({ difference: 0.04, low: -0.02, high: 0.1, ...study }).imagesNeeded).toBe(160);
    // 0 ± 4: to stay within ± 1 it must shrink to a quarter: sixteen times.
    expect(verdict({ difference: 0, low: -0.04, high: 0.04, ...study }).imagesNeeded).toBe(640);
  });

  it("is settled when an interval shrunk by that many images is judged again", () => {
    for (const [difference, half] of [
      [0.04, 0.06],
      [-0.025, 0.02],
      [0.004, 0.03],
      [0, 0.05],
    ] as const) {
      const { imagesNeeded } = verdict({ difference, low: difference - half, high: difference + half, ...study });
      const shrunk = half * Math.sqrt(study.images / (imagesNeeded! * 1.001));
      const again = verdict({ difference, low: difference - shrunk, high: difference + shrunk, ...study });
      expect(again.outcome, `${difference} ± ${half}`).not.toBe("cannot tell");
    }
  });

  it("names no number of images when none would do", () => {
    const { imagesNeeded, sentence } = verdict({ difference: 0.01, low: -0.01, high: 0.03, ...study });
    expect(imagesNeeded).toBeUndefined();
    expect(sentence).toContain("hardly settle");
  });

  it("speaks plainly", () => {
    const names = { arm: "Training on generated images", baseline: "simulation alone", metric: "F1@0.5" };
    expect(verdict({ difference: 0.023, low: 0.012, high: 0.036, images: 18, seeds: 3 }, names).sentence).toBe(
      "Training on generated images helped: 2.3 points of F1@0.5 better than simulation alone (95 % interval 1.2 to 3.6).",
    );
    expect(verdict({ difference: 0.021, low: -0.01, high: 0.059, images: 5, seeds: 2 }, names).sentence).toBe(
      "It cannot be told how Training on generated images compares with simulation alone: 2.1 points of F1@0.5 better " +
        "(95 % interval -1.0 to 5.9). About 40 test images would be needed. With only 5 test images the interval is of little worth. " +
        "With only 2 seeds the luck of training is hardly measured; use at least three.",
    );
  });

  it("warns of fewer than ten test images whatever the outcome, and of fewer than three seeds", () => {
    const sentence = (images: number, seeds: number) =>
      verdict({ difference: 0.05, low: 0.03, high: 0.07, images, seeds }).sentence;
    expect(sentence(9, 3)).toContain("of little worth");
    expect(sentence(10, 3)).not.toContain("of little worth");
    expect(sentence(10, 1)).toContain("only 1 seed ");
  });

  it("turns round for scores where less is better, and keeps their unit", () => {
    const { outcome, sentence } = verdict(
      { difference: -2, low: -3, high: -1.2, ...study },
      { lowerIsBetter: true, smallestDifferenceThatMatters: 1, unit: "objects per image", metric: "count error" },
    );
    expect(outcome).toBe("helped");
    expect(sentence).toContain(
      "2.00 objects per image of count error better than the baseline (95 % interval 1.20 to 3.00)",
    );
  });

  it("refuses a smallest difference of nothing", () => {
    expect(() => verdict({ difference: 0, low: 0, high: 0, ...study }, { smallestDifferenceThatMatters: 0 })).toThrow(
      RecipeError,
    );
  });
});
