import { describe, expect, it } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { descriptorDistances, sharedHistograms } from "../../src/metrics/realism.ts";
import { wasserstein1 } from "../../src/metrics/wasserstein1.ts";
import { reference } from "./reference.ts";

const normals = (seed: number, count: number, mean = 0, deviation = 1) => {
  const stream = random(seed);
  return Array.from({ length: count }, () => mean + deviation * stream.normal());
};

describe("wasserstein1", () => {
  it("agrees with SciPy's wasserstein_distance, ties and unequal sizes included", () => {
    for (const { a, b, distance } of reference<{ cases: { a: number[]; b: number[]; distance: number }[] }>(
      "wasserstein",
    ).cases)
      expect(wasserstein1(a, b)).toBeCloseTo(distance, 10);
  });

  it("is a distance: zero to itself, symmetric, the shift of a shifted sample", () => {
    const [a, b] = [normals(1, 40), normals(2, 25, 1, 3)];
    expect(wasserstein1(a, a)).toBe(0);
    expect(wasserstein1(a, b)).toBeCloseTo(wasserstein1(b, a), 12);
    expect(
      wasserstein1(
        a,
        a.map((value) => value - 2.5),
      ),
    ).toBeCloseTo(2.5, 12);
    const c = normals(3, 30, -1);
    expect(wasserstein1(a, b)).toBeLessThanOrEqual(wasserstein1(a, c) + wasserstein1(c, b) + 1e-12);
  });

  it("refuses empty samples and NaN", () => {
    expect(() => wasserstein1([], [1])).toThrow(DataError);
    expect(() => wasserstein1([1], [Number.NaN])).toThrow(/NaN/);
  });
});

describe("descriptorDistances", () => {
  it("measures in standard deviations of real, whatever the unit", () => {
    const real = normals(1, 400, 20, 4);
    const distances = (factor: number) =>
      descriptorDistances({
        real: real.map((value) => factor * value),
        simulated: real.map((value) => factor * (value + 8)),
        generated: normals(2, 300, 20, 4).map((value) => factor * value),
      });
    const found = distances(1);
    expect(Object.keys(found.distances)).toEqual(["simulated", "generated"]);
    expect(found.distances.simulated).toBeGreaterThan(1.8);
    expect(found.distances.simulated).toBeLessThan(2.2);
    expect(found.distances.generated).toBeLessThan(0.2);
    expect(found.realFloor).toBeLessThan(0.25);
    expect(distances(1000).distances.simulated).toBeCloseTo(found.distances.simulated!, 9);
  });

  it("tells the distance from a constant descriptor in its own unit", () => {
    expect(descriptorDistances({ real: [3, 3], simulated: [5] }).distances).toEqual({ simulated: 2 });
  });

  it("needs real values", () => {
    expect(() => descriptorDistances({ real: [1], simulated: [2] })).toThrow(DataError);
    expect(() => descriptorDistances({ simulated: [2] })).toThrow(DataError);
  });
});

describe("sharedHistograms", () => {
  it("puts all sources into the same bins, as shares", () => {
    expect(sharedHistograms({ real: [0, 1, 1, 4], simulated: [3, 3], generated: [] }, { bins: 4 })).toEqual({
      edges: [0, 1, 2, 3, 4],
      shares: { real: [0.25, 0.5, 0, 0.25], simulated: [0, 0, 0, 1], generated: [0, 0, 0, 0] },
    });
  });
});
