import { describe, expect, it } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import type { FeatureMatrix } from "../../src/core/feature-matrix.ts";
import { type Random, random } from "../../src/core/random.ts";
import {
  type FeatureMeasureName,
  featureDistance,
  featureMeasures,
  kernelDistance,
  rankGenerated,
} from "../../src/metrics/index.ts";

const dimensions = 8;
const network = "a stand-in";
const quick = { network, resamples: 100 };

/** Normal features, each set shifted and stretched along the first axis. */
function normal(draw: Random, count: number, shift = 0, scale = 1): FeatureMatrix {
  const data = Float32Array.from({ length: count * dimensions }, (_, i) => {
    const deviate = draw.normal();
    return i % dimensions === 0 ? shift + scale * deviate : deviate;
  });
  return { data, count, dimensions };
}

const names = Object.keys(featureMeasures) as FeatureMeasureName[];
const distances: FeatureMeasureName[] = ["kernel", "frechet"];

describe("featureDistance", () => {
  it.each(names)("tells a far set from real ones, and says by how much: %s", (measure) => {
    const draw = random(1);
    const result = featureDistance(normal(draw, 80), normal(draw, 80, 4), random(2), { ...quick, measure });
    expect(result.outcome).toBe("further than real");
    expect(result.sentence).toContain("features of a stand-in");
    expect(result.sentence).toContain("80 real and 80 generated");
    expect(result).toMatchObject({ network, realCount: 80, generatedCount: 80, dimensions });
    expect(result.floor.count).toBe(40);
    expect(result.low).toBeLessThanOrEqual(result.value);
    expect(result.high).toBeGreaterThanOrEqual(result.value);
  });

  it.each(names)("finds new draws from the real distribution to be like real: %s", (measure) => {
    const draw = random(3);
    const result = featureDistance(normal(draw, 80), normal(draw, 80), random(2), { ...quick, measure });
    expect(result.outcome).toBe("like real");
    expect(Math.abs(result.excess.value)).toBeLessThan(result.excess.high - result.excess.low);
  });

  it("sees that images which are all alike lie closer to real ones than real ones do", () => {
    const draw = random(5);
    const real = normal(draw, 60);
    const alike = normal(draw, 60);
    const collapsed = { ...alike, data: alike.data.map((value) => 0.2 * value) };
    const result = featureDistance(real, collapsed, random(1), { ...quick, measure: "density" });
    expect(result.outcome).toBe("closer than real");
    expect(result.sentence).toMatch(/copies, or all alike/);
    expect(featureDistance(real, collapsed, random(1), { ...quick, measure: "recall" }).outcome).toBe(
      "further than real",
    );
  });

  it("cannot tell when a Fréchet distance has no more images than dimensions", () => {
    const draw = random(1);
    const [real, generated] = [normal(draw, 17), normal(draw, 40, 9)]; // halves of 8
    expect(featureDistance(real, generated, random(0), { ...quick, measure: "frechet" })).toMatchObject({
      outcome: "cannot tell",
      sentence: expect.stringContaining("18 on either side"),
    });
    expect(() => featureDistance(normal(draw, 7), generated, random(0), quick)).toThrow(DataError);
  });

  it("repeats itself for the same seed", () => {
    const draw = random(1);
    const [real, generated] = [normal(draw, 30), normal(draw, 40, 0.4)];
    const run = (seed: number) => featureDistance(real, generated, random(seed), quick);
    expect(run(1)).toEqual(run(1));
    expect(run(1).low).not.toBe(run(2).low);
  });

  it("interval holds the truth in at least 88 % of 60 studies, and calls sets of one distribution different in at most 13 %", () => {
    const big = random(99);
    const truth = kernelDistance(normal(big, 1200), normal(big, 1200, 1));
    let [held, wrong, right] = [0, 0, 0];
    for (let study = 0; study < 60; study++) {
      const draw = random(study);
      const [real, generated, same] = [normal(draw, 40), normal(draw, 40, 1), normal(draw, 40)];
      const { low, high, outcome } = featureDistance(real, generated, draw, quick);
      if (low <= truth && truth <= high) held++;
      if (outcome === "further than real") right++;
      if (featureDistance(real, same, draw, quick).outcome !== "like real") wrong++;
    }
    expect(held).toBeGreaterThanOrEqual(53);
    expect(wrong).toBeLessThanOrEqual(8); // 3 expected; 8 or more once in 100
    expect(right).toBeGreaterThanOrEqual(30);
  });
});

describe("rankGenerated", () => {
  it.each(names)("ranks sets that differ much, whichever comes first: %s", (measure) => {
    const draw = random(7);
    const [real, near, far] = [normal(draw, 80), normal(draw, 80, 0.2), normal(draw, 80, 4)];
    const options = { ...quick, measure, names: ["A", "B"] } as const;
    expect(rankGenerated(real, near, far, random(1), options)).toMatchObject({
      outcome: "first is closer",
      sentence: expect.stringMatching(/^A is closer to real than B/),
    });
    expect(rankGenerated(real, far, near, random(1), options)).toMatchObject({
      outcome: "second is closer",
      sentence: expect.stringMatching(/^B is closer to real than A/),
    });
  });

  it.each(distances)(
    "does not rank sets of one distribution, of unequal size, in at least 36 of 40 studies: %s",
    (measure) => {
      let ranked = 0;
      for (let study = 0; study < 40; study++) {
        const draw = random(study).fork("rank");
        const sets = [normal(draw, 40), normal(draw, 50, 0.5), normal(draw, 36, 0.5)] as const;
        if (rankGenerated(...sets, draw, { network, measure, resamples: 40 }).outcome !== "cannot rank") ranked++;
      }
      expect(ranked).toBeLessThanOrEqual(4);
    },
  );

  it("refuses to rank by a Fréchet distance with too few images, however large the difference", () => {
    const draw = random(7);
    const sets = [normal(draw, 16), normal(draw, 16), normal(draw, 16, 9)] as const;
    const ranking = rankGenerated(...sets, random(1), { ...quick, measure: "frechet" });
    expect(ranking.outcome).toBe("cannot rank");
    expect(ranking.sentence).toMatch(/^It cannot be told .* fewer than the 9 images/);
    expect(ranking.values[1]).toBeGreaterThan(ranking.values[0]);
  });
});
