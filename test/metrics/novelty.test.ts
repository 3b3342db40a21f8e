import { describe, expect, it } from "vitest";
import { CancelledError, DataError, ShapeError } from "../../src/core/errors.ts";
import type { Plane } from "../../src/core/plane.ts";
import { type Random, random } from "../../src/core/random.ts";
import { dihedral, dihedralVariants, templateMatch } from "../../src/image/index.ts";
import { benjaminiHochberg } from "../../src/metrics/benjamini-hochberg.ts";
import { conformalPValues } from "../../src/metrics/conformal-p-values.ts";
import type { FeatureMatrix } from "../../src/metrics/feature-matrix.ts";
import { gumbelFit, gumbelLimit } from "../../src/metrics/gumbel-limit.ts";
import { memorizationBegins, memorizationWatch } from "../../src/metrics/memorization-begins.ts";
import { nearestFeatures } from "../../src/metrics/nearest-features.ts";
import { nearestTraining, searchedSide } from "../../src/metrics/nearest-training.ts";
import { type NoveltyOptions, noveltyAudit } from "../../src/metrics/novelty.ts";
import { noveltyVerdict } from "../../src/metrics/novelty-verdict.ts";
import { permutationTest } from "../../src/metrics/permutation-test.ts";
import { standouts } from "../../src/metrics/standout.ts";
import { reference } from "./reference.ts";
import { manySpots, pieceOf } from "./simulated-spots.ts";

interface Statistics {
  readonly pValues: number[];
  readonly benjaminiHochberg: number[];
  readonly gumbel: number[];
  readonly gumbelLocation: number;
  readonly gumbelScale: number;
  readonly first: number[];
  readonly second: number[];
  readonly meanPValue: number;
}
const statistics = reference<Statistics>("../novelty/statistics");

const normals = (stream: Random, count: number, shift = 0) =>
  Array.from({ length: count }, () => shift + stream.normal());
/** Share of p-values at most α. */
const rate = (pValues: readonly number[], alpha: number) => pValues.filter((p) => p <= alpha).length / pValues.length;
/** Kolmogorov–Smirnov distance to the uniform law. */
const fromUniform = (pValues: readonly number[]) =>
  Math.max(
    ...pValues
      .toSorted((a, b) => a - b)
      .map((p, i) => Math.max(Math.abs((i + 1) / pValues.length - p), Math.abs(p - i / pValues.length))),
  );

describe("permutationTest", () => {
  it("agrees with scipy.stats.permutation_test", () => {
    const [mean] = permutationTest({ generated: statistics.first, heldOut: statistics.second }, random(1));
    expect(Math.abs(mean.pValue - statistics.meanPValue)).toBeLessThan(0.01);
    expect(mean.generated - mean.heldOut).toBeCloseTo(
      statistics.first.reduce((a, b) => a + b) / 14 - statistics.second.reduce((a, b) => a + b) / 17,
      9,
    );
  });

  it("has uniform p-values when nothing differs, for unequal sizes and skew values", () => {
    const results = Array.from({ length: 300 }, (_, seed) => {
      const stream = random(seed).fork("null");
      const skew = (count: number) => normals(stream, count).map((value) => Math.exp(value));
      return permutationTest({ generated: skew(30), heldOut: skew(22) }, stream, { permutations: 199 });
    });
    for (const statistic of [0, 1] as const) {
      const pValues = results.map((result) => result[statistic].pValue);
      expect(fromUniform(pValues)).toBeLessThan(1.63 / Math.sqrt(300)); // p > 0.01
      expect(rate(pValues, 0.05)).toBeLessThan(0.09);
    }
  });

  it("keeps its level when held-out values come in groups, which counting every value would not", () => {
    for (const [between, within] of [
      [1, 0.1],
      [1, 1],
      [0, 1],
    ] as const) {
      const run = (isTold: boolean) =>
        Array.from({ length: 200 }, (_, seed) => {
          const stream = random(seed).fork("groups");
          const value = (level: number) => level + within * stream.normal();
          const generated = Array.from({ length: 40 }, () => value(between * stream.normal()));
          const groups = Array.from({ length: 40 }, (_, i) => `field ${Math.floor(i / 8)}`);
          const levels = new Map(groups.map((group) => [group, between * stream.normal()]));
          const heldOut = groups.map((group) => value(levels.get(group)!));
          const options = { permutations: 199, ...(isTold && { groups }) };
          return permutationTest({ generated, heldOut }, stream, options)[0].pValue;
        });
      expect(rate(run(true), 0.05)).toBeLessThan(0.085);
      if (within === 0.1) expect(rate(run(false), 0.05)).toBeGreaterThan(0.12);
    }
  });

  it("sees a few high values by the highest, a small shift by the mean", () => {
    const stream = random(5);
    const heldOut = normals(stream, 100);
    const [, high] = permutationTest({ generated: [...normals(stream, 95), 5, 6, 6, 7, 8], heldOut }, stream);
    expect(high.pValue).toBeLessThan(0.02);
    const [shifted] = permutationTest({ generated: normals(stream, 100, 0.6), heldOut }, stream);
    expect(shifted.pValue).toBeLessThan(0.01);
    const [lower] = permutationTest({ generated: normals(stream, 100, -0.6), heldOut }, stream);
    expect(lower.pValue).toBeGreaterThan(0.95);
  });
});

describe("single values", () => {
  it("adjusts for the false discovery rate as SciPy does", () => {
    expect(benjaminiHochberg(statistics.pValues)).toBeAllclose(statistics.benjaminiHochberg, { relative: 1e-12 });
    const shuffled = random(1).shuffle([...statistics.pValues.keys()]);
    expect(benjaminiHochberg(shuffled.map((i) => statistics.pValues[i]!))).toBeAllclose(
      shuffled.map((i) => statistics.benjaminiHochberg[i]!),
      { relative: 1e-12 },
    );
  });

  it("counts the null values that are as high, ties included", () => {
    expect(conformalPValues([5, 3, 2.5, 0], [1, 2, 3, 3])).toEqual([1 / 5, 3 / 5, 3 / 5, 1]);
  });

  it("fits Gumbel's law as SciPy does", () => {
    const { location, scale } = gumbelFit(statistics.gumbel);
    expect(location).toBeCloseTo(statistics.gumbelLocation, 5);
    expect(scale).toBeCloseTo(statistics.gumbelScale, 5);
  });

  it.each([
    ["Gumbel", 20, (stream: Random) => -Math.log(-Math.log(stream.uniform()))],
    ["Gumbel", 100, (stream: Random) => -Math.log(-Math.log(stream.uniform()))],
    ["normal", 20, (stream: Random) => stream.normal()],
    ["largest of 5 normal", 20, (stream: Random) => Math.max(...normals(stream, 5))],
  ] as const)("puts the limit beyond all but 1 in 100 samples of 100: %s law, %i null values", (_, count, draw) => {
    const runs = 400;
    const broken = Array.from({ length: runs }, (_, seed) => {
      const stream = random(seed).fork("limit");
      const values = Array.from({ length: count }, () => draw(stream));
      const limit = gumbelLimit(values, 100);
      return Array.from({ length: 100 }, () => draw(stream)).some((value) => value > limit);
    });
    expect(broken.filter(Boolean).length / runs).toBeLessThan(0.025);
  });

  it("does not extrapolate from fewer than five", () => {
    expect(gumbelLimit([1, 2, 3, 4], 10)).toBe(Number.POSITIVE_INFINITY);
    expect(gumbelLimit([1, 2, 3, 4, 5], 10)).toBeLessThan(100);
  });

  it("measures how far the best stands out of what is left without the closest tenth", () => {
    const z = [0.1, 0.2, 0.3, 0.4, 0.25, 0.15, 0.12, 0.22, 0.32, 0.11, 1.2, 0.35];
    const [row] = standouts(Float32Array.from(z, Math.tanh), 12); // 1.2 and 0.4 are left out
    expect(row!.ordinary).toBeCloseTo(0.35, 6);
    expect(row!.standout).toBeCloseTo(1.2 / 0.35, 5);
    expect(standouts(new Float32Array(5), 5)[0]!.standout).toBe(1);
  });
});

describe("nearestTraining", () => {
  const training = manySpots(random(1), 6, { side: 40 });

  it("searches every offset of larger images and leaves room in images of the same size", () => {
    expect(searchedSide([{ height: 64, width: 64 }], [{ height: 96, width: 100 }])).toBe(64);
    expect(searchedSide([{ height: 64, width: 64 }], [{ height: 64, width: 64 }])).toBe(48);
    expect(searchedSide([{ height: 64, width: 70 }], [{ height: 70, width: 80 }])).toBe(52);
  });

  it("finds variant, place and correlation of a piece, as template matching one by one does", async () => {
    for (const [index, variant] of dihedralVariants.entries()) {
      const piece = dihedral(pieceOf(training[4]!, 9, 3, 24), variant);
      const { nearest, similarity } = await nearestTraining([piece], training);
      const back = dihedralVariants[nearest[0]!.variant]!;
      expect(nearest[0]).toMatchObject({ training: 4, y: 9, x: 3 });
      expect(nearest[0]!.similarity).toBeCloseTo(1, 6);
      expect(dihedral(piece, back).data).toBeAllclose(pieceOf(training[4]!, 9, 3, 24).data);
      if (index > 1) continue;
      training.forEach((image, i) => {
        const best = dihedralVariants.map((way) => Math.max(...templateMatch(image, dihedral(piece, way)).data));
        expect(similarity[i]).toBeCloseTo(Math.max(...best), 5);
      });
    }
  });

  it("tells its progress and stops when asked", async () => {
    const seen: number[] = [];
    const stop = new AbortController();
    const work = nearestTraining(manySpots(random(2), 2), training, {
      signal: stop.signal,
      onProgress: ({ done, total }) => {
        seen.push(done / total);
        if (done === 3) stop.abort();
      },
    });
    await expect(work).rejects.toThrow(CancelledError);
    expect(seen).toEqual([1 / 6, 2 / 6, 3 / 6]);
    await expect(nearestTraining([], training)).rejects.toThrow(DataError);
  });
});

describe("nearestFeatures", () => {
  const matrix = (rows: number[][]): FeatureMatrix => ({
    data: Float32Array.from(rows.flat()),
    count: rows.length,
    dimensions: rows[0]!.length,
  });

  it("finds the nearest by angle from the mean, or by distance", () => {
    const training = matrix([
      [10, 10],
      [12, 10],
      [10, 12],
      [8, 8],
    ]);
    const found = nearestFeatures(
      matrix([
        [20, 10.2],
        [10, 10.4],
      ]),
      training,
    );
    expect(found[0]).toMatchObject({ training: 1 });
    expect(found[0]!.similarity).toBeCloseTo(1, 2);
    const near = nearestFeatures(matrix([[13, 14]]), training, { comparison: "euclidean" });
    expect(near).toEqual([{ training: 2, similarity: -Math.sqrt(13) }]);
  });

  it("counts the rows of flips and turns to their image, and refuses what does not fit", () => {
    const training = matrix([
      [0, 0],
      [1, 0],
      [5, 5],
      [0, 9],
    ]);
    const options = { comparison: "euclidean", rowsPerTraining: 2 } as const;
    expect(
      nearestFeatures(
        matrix([
          [0, 8],
          [1, 1],
        ]),
        training,
        options,
      ).map((one) => one.training),
    ).toEqual([1, 0]);
    expect(() => nearestFeatures(matrix([[1, 2, 3]]), training)).toThrow(ShapeError);
    expect(() => nearestFeatures(matrix([[1, 2]]), training, { rowsPerTraining: 3 })).toThrow(ShapeError);
  });
});

const withNoise = (plane: Plane, deviation: number, seed: number): Plane => {
  const stream = random(seed);
  return { ...plane, data: plane.data.map((value) => value + deviation * stream.normal()) };
};

describe("noveltyAudit", () => {
  const training = manySpots(random(10), 30);
  const heldOut = manySpots(random(15), 24);
  const fresh = manySpots(random(12), 20);
  const audit = (generated: readonly Plane[], options: NoveltyOptions = {}) =>
    noveltyAudit({ generated, training, heldOut }, random(3), { permutations: 499, ...options });

  it("finds nothing in images of the same simulator", async () => {
    const result = await audit(fresh);
    expect(result.outcome).toBe("not more alike");
    expect(result.copies).toBe(0);
    expect(result.pValue).toBeGreaterThan(0.05);
    expect(result.sentence).toMatch(/^The generated images are not more alike .* held-out real images are \(p = /);
    expect(result.counts).toEqual({ generated: 20, training: 30, heldOut: 24, heldOutGroups: 24 });
    expect(result.tests.map(({ score, statistic }) => `${score} ${statistic}`)).toEqual([
      "similarity mean",
      "similarity highest",
      "standout mean",
      "standout highest",
    ]);
  });

  const shifted = training[7]!;
  it.each<[string, Plane]>([
    ["exact", training[7]!],
    ["with noise", withNoise(training[7]!, 0.08, 1)],
    ["mirrored", dihedral(training[7]!, dihedralVariants[1]!)],
    ["turned", dihedral(training[7]!, dihedralVariants[5]!)],
    ["mirrored at a diagonal, with noise", withNoise(dihedral(training[7]!, dihedralVariants[4]!), 0.05, 2)],
    ["rescaled in intensity", { ...training[7]!, data: training[7]!.data.map((value) => 40 * value + 1000) }],
    [
      "moved by three pixels",
      { ...shifted, data: shifted.data.map((_, i) => (i % 32 >= 3 && i >= 96 ? shifted.data[i - 3 - 96]! : 0)) },
    ],
  ])("catches a single copy among twenty: %s", async (_, copy) => {
    const result = await audit([...fresh.slice(0, 19), copy]);
    expect(result.outcome).toBe("copies");
    expect(result.copies).toBe(1);
    expect(result.closest[0]).toBe(19);
    expect(result.images[19]).toMatchObject({ isCopy: true, nearest: { training: 7 } });
    expect(result.sentence).toMatch(/^1 of 20 generated images copies a training image: /);
  });

  it("condemns an overfitted generator by its p-value", async () => {
    const result = await audit(training.slice(0, 20).map((image, i) => withNoise(image, 0.15, i)));
    expect(result.outcome).toBe("copies");
    expect(result.copies).toBeGreaterThan(15);
    expect(result.pValue).toBeLessThan(0.01);
    expect(result.trainingPreference!.pValue).toBeLessThan(0.01);
  });

  it("finds a copied piece of a larger training image at its place", async () => {
    const fields = manySpots(random(20), 20, { side: 60, count: 50 });
    const others = manySpots(random(21), 3, { side: 60, count: 50 });
    const eight = (field: Plane) =>
      Array.from({ length: 8 }, (_, i) => pieceOf(field, 32 * (i % 2), 10 * Math.floor(i / 2), 28));
    const generated = [...manySpots(random(22), 9, { side: 28, count: 11 }), pieceOf(fields[11]!, 13, 21, 28)];
    const result = await noveltyAudit(
      {
        generated,
        training: fields,
        heldOut: others.flatMap(eight),
        heldOutGroups: others.flatMap((_, i) => new Array<string>(8).fill(`field ${i}`)),
      },
      random(4),
      { permutations: 499 },
    );
    expect(result.searchedPx).toBe(28);
    expect(result.images[9]!.nearest).toMatchObject({ training: 11, variant: 0, y: 13, x: 21 });
    expect(result.counts.heldOutGroups).toBe(3);
    expect(result.trainingPreference).toBeUndefined();
  });

  it("does not take smooth images for copies", async () => {
    // Noiseless spots of the same kind correlate better with everything than real, noisy ones do.
    const noisy = (seed: number, count: number) => manySpots(random(seed), count, { noise: 0.35 });
    const smooth = manySpots(random(32), 30, { noise: 0 });
    const result = await noveltyAudit(
      { generated: smooth, training: noisy(30, 30), heldOut: noisy(31, 30) },
      random(5),
      {
        permutations: 999,
      },
    );
    expect(result.tests[0]!.adjustedPValue).toBeLessThan(0.01);
    expect(result.outcome).toBe("more alike");
    expect(result.copies).toBe(0);
    expect(result.trainingPreference!.pValue).toBeGreaterThan(0.05);
    expect(result.sentence).toContain("their look, smoother or plainer than real images");
  });

  it("cannot tell from a handful of held-out images, unless there are copies", async () => {
    const few = { training, heldOut: heldOut.slice(0, 8) };
    const clean = await noveltyAudit({ generated: fresh, ...few }, random(6), { permutations: 499 });
    expect(clean).toMatchObject({ outcome: "cannot tell", heldOutNeeded: 20 });
    expect(clean.sentence).toContain("only 8 independent held-out real images");
    const copied = await noveltyAudit({ generated: training.slice(0, 10), ...few }, random(6), { permutations: 499 });
    expect(copied.outcome).toBe("copies");
  });

  it("looks at features too", async () => {
    const stream = random(40);
    const features = (count: number): FeatureMatrix => ({
      data: Float32Array.from({ length: count * 8 }, () => stream.normal()),
      count,
      dimensions: 8,
    });
    const [own, real, held] = [features(20), features(30), features(24)];
    own.data.set(real.data.subarray(8 * 3, 8 * 4), 8 * 5);
    const result = await audit(fresh, { features: { generated: own, training: real, heldOut: held } });
    expect(result.tests).toHaveLength(6);
    expect(result.images[5]).toMatchObject({ nearestByFeatures: 3, isCopy: true });
    expect(result.copies).toBe(1);
    await expect(audit(fresh, { features: { generated: features(3), training: real, heldOut: held } })).rejects.toThrow(
      DataError,
    );
  });

  it("refuses empty sets and groups on both sides, and repeats itself exactly", async () => {
    await expect(audit([])).rejects.toThrow(DataError);
    const flat = heldOut.map((image) => ({ ...image, data: new Float32Array(image.data.length) }));
    await expect(noveltyAudit({ generated: fresh, training, heldOut: flat }, random(1))).rejects.toThrow(/contrast/);
    const heldOutGroups = heldOut.map((_, i) => `well ${i}`);
    await expect(
      noveltyAudit(
        { generated: fresh, training, heldOut, heldOutGroups, trainingGroups: training.map(() => "well 3") },
        random(1),
      ),
    ).rejects.toThrow(/group "well 3" on both sides/);
    expect(await audit(fresh.slice(0, 4))).toEqual(await audit(fresh.slice(0, 4)));
  });

  it("has p-values at their nominal rate for images of the same simulator", async () => {
    const runs = 24;
    const raw: number[] = [];
    const outcomes: string[] = [];
    for (let seed = 0; seed < runs; seed++) {
      const stream = random(1000 + seed);
      const result = await noveltyAudit(
        {
          generated: manySpots(stream.fork("generated"), 20, { side: 24, count: 9 }),
          training: manySpots(stream.fork("training"), 20, { side: 24, count: 9 }),
          heldOut: manySpots(stream.fork("held out"), 20, { side: 24, count: 9 }),
        },
        stream,
        { permutations: 199 },
      );
      raw.push(result.tests[0]!.pValue);
      outcomes.push(result.outcome);
    }
    expect(fromUniform(raw)).toBeLessThan(1.63 / Math.sqrt(runs));
    expect(outcomes.filter((outcome) => outcome !== "not more alike").length).toBeLessThanOrEqual(4); // of 24, p < 0.02
  });
});

describe("noveltyVerdict", () => {
  const evidence = {
    images: 100,
    copies: 0,
    training: 200,
    heldOut: 100,
    pValue: 0.4,
    isStandoutHigher: false,
    wouldSeeCopy: true,
  };

  it.each([
    [{}, "not more alike"],
    [{ copies: 2 }, "copies"],
    [{ pValue: 0.01, isStandoutHigher: true }, "copies"],
    [{ pValue: 0.01, preferencePValue: 0.001 }, "copies"],
    [{ pValue: 0.01, isStandoutHigher: true, preferencePValue: 0.4 }, "more alike"],
    [{ pValue: 0.01 }, "more alike"],
    [{ wouldSeeCopy: false }, "cannot tell"],
    [{ heldOut: 19 }, "cannot tell"],
  ] as const)("%o: %s", (change, outcome) => {
    expect(noveltyVerdict({ ...evidence, ...change }).outcome).toBe(outcome);
  });

  it("warns where little was compared", () => {
    const { sentence } = noveltyVerdict({ ...evidence, images: 8, training: 5 });
    expect(sentence).toContain("With only 8 generated images rare copies are easily missed");
    expect(sentence).toContain("With only 5 training images");
  });
});

describe("memorizationBegins", () => {
  const training = manySpots(random(50), 40, { side: 64, count: 16, widthPx: 3 });
  const heldOut = manySpots(random(51), 30, { side: 64, count: 16, widthPx: 3 });

  it("is silent for new images, smooth ones too, and speaks when some are copies", async () => {
    const watch = await memorizationWatch({ training, heldOut }, random(1), 64);
    const fresh = manySpots(random(52), 32, { side: 64, count: 16, widthPx: 3 });
    expect(await watch.check(fresh)).toMatchObject({ begins: false, copies: 0 });
    const smooth = manySpots(random(53), 32, { side: 64, count: 16, widthPx: 3, noise: 0 });
    expect((await watch.check(smooth)).begins).toBe(false);
    const some = fresh.map((image, i) => (i % 4 === 0 ? withNoise(training[i]!, 0.1, i) : image));
    expect(await watch.check(some)).toMatchObject({ begins: true, copies: 8 });
  });

  it("falls back on the correlation where there are few training images", async () => {
    const few = training.slice(0, 6);
    const signal = await memorizationBegins([...few, ...few], { training: few, heldOut }, random(2));
    expect(signal.begins).toBe(true);
    expect(signal.generated).toBeGreaterThan(signal.heldOut);
  });
});
