import { describe, expect, it } from "vitest";
import { matchingTally } from "../../src/metrics/additive-scores.ts";
import type { GenerationResult } from "../../src/recipes/segment/jobs/generate.ts";
import { labelAgreement } from "../../src/recipes/segment/label-agreement.ts";

/** Tally of an image of ten nuclei of which the reader finds so many, and nothing else. */
const found = (truePositives: number) =>
  matchingTally({
    truePositives,
    falsePositives: 0,
    falseNegatives: 10 - truePositives,
    meanMatchedScore: 0.8,
  } as never);

/** Results of two seeds of three images: nuclei found with the input labels, and one more with the cycled ones. */
const results = (...counts: number[][]) =>
  counts.map((seed) => ({
    agreement: { input: seed.map(found), cycled: seed.map((count) => found(count + 1)) },
  })) as unknown as GenerationResult[];

describe("labelAgreement", () => {
  const vanilla = results([5, 5, 5], [5, 5, 5]);
  const guarded = results([9, 8, 9], [9, 9, 8]);

  it("is F1 over all images, the mean over seeds", () => {
    const { agreement } = labelAgreement({ name: "vanilla", labels: "input", results: vanilla }, undefined, 0);
    expect(agreement!.score.value).toBeCloseTo(10 / 15, 12);
    expect(agreement!.score.n).toBe(3);
    expect(agreement!.aboveVanilla).toBeUndefined();
  });

  it("says how much it is above the vanilla generator with input masks", () => {
    const { agreement } = labelAgreement({ name: "guarded", labels: "cycled", results: guarded }, vanilla, 0);
    const cycled = (2 * 29) / (2 * 29 + 1);
    expect(agreement!.score.value).toBeCloseTo(cycled, 12);
    expect(agreement!.aboveVanilla!.difference).toBeCloseTo(cycled - 10 / 15, 12);
    expect(agreement!.aboveVanilla!.low).toBeGreaterThan(0.2);
    expect(agreement!.aboveVanilla!.high).toBeLessThan(0.4);
  });

  it("says nothing where no segmenter of real labels has read the images", () => {
    const silent = [{}, {}] as GenerationResult[];
    expect(labelAgreement({ name: "vanilla", labels: "input", results: silent }, undefined, 0)).toEqual({});
  });
});
