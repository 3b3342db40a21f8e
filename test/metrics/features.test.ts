import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError, ShapeError } from "../../src/core/errors.ts";
import type { FeatureMatrix } from "../../src/core/feature-matrix.ts";
import { random } from "../../src/core/random.ts";
import { featureMeasures } from "../../src/metrics/feature-measures.ts";
import {
  densityCoverage,
  frechetDistance,
  kernelDistance,
  precisionRecall,
  subsetKernelDistance,
} from "../../src/metrics/index.ts";
import { pooledFeatures } from "../../src/metrics/pooled-features.ts";
import { type Matrix, rowProducts } from "../../src/metrics/row-products.ts";
import { singularValues } from "../../src/metrics/singular-values.ts";
import { tridiagonalEigenvalues } from "../../src/metrics/tridiagonal-eigenvalues.ts";
import { storedFixture } from "./quality-fixture.ts";

const { features, value, doubles } = storedFixture("metrics-features", "features");
const sets = {
  wide: [features("wide"), features("wideOther")],
  flat: [features("flat"), features("flatOther")],
} as const;

interface Reference {
  readonly frechet: number;
  readonly frechetScipy: number;
  readonly frechetBySingularValues: number;
  readonly precision: number;
  readonly recall: number;
  readonly density: number;
  readonly coverage: number;
  readonly kernelCount: number;
  readonly kernel: number;
}

const part = ({ data, dimensions }: FeatureMatrix, from: number, to: number): FeatureMatrix => ({
  data: data.slice(from * dimensions, to * dimensions),
  count: to - from,
  dimensions,
});

describe.each(["wide", "flat"] as const)("%s features", (name) => {
  const [real, generated] = sets[name];
  const expected = value<Reference>(`${name}Result`);

  it("Fréchet distance equals torch-fidelity and SciPy's matrix square root", () => {
    const distance = frechetDistance(real, generated);
    expect([distance]).toBeAllclose([expected.frechetBySingularValues], { relative: 1e-12 });
    // Where covariances are singular, the others take the root of rounding errors: 4e-8 of the value here.
    const relative = name === "flat" ? 1e-7 : 1e-12;
    expect([distance, distance]).toBeAllclose([expected.frechet, expected.frechetScipy], { relative });
    expect([frechetDistance(generated, real)]).toBeAllclose([distance], { relative: 1e-12 });
  });

  it("kernel distance equals torch-fidelity", () => {
    const count = expected.kernelCount;
    expect([kernelDistance(part(real, 0, count), part(generated, 0, count))]).toBeAllclose([expected.kernel], {
      relative: 1e-9,
    });
  });

  it("precision and recall equal torch-fidelity; density and coverage the authors' prdc", () => {
    const { precision, recall } = precisionRecall(real, generated);
    expect([precision, recall]).toBeAllclose([expected.precision, expected.recall], { relative: 1e-6 });
    const { density, coverage } = densityCoverage(real, generated);
    expect([density, coverage]).toBeAllclose([expected.density, expected.coverage], { relative: 1e-12 });
  });

  it("every measure gives the same from a pool as alone", () => {
    const { pool, rows } = pooledFeatures(real, generated);
    const alone = {
      kernel: kernelDistance(real, generated),
      frechet: frechetDistance(real, generated),
      ...precisionRecall(real, generated),
      ...densityCoverage(real, generated),
    };
    for (const [key, measure] of Object.entries(featureMeasures))
      expect([measure.on(pool)(rows[0]!, rows[1]!)], key).toBeAllclose([alone[key as keyof typeof alone]], {
        relative: 1e-9,
      });
  });
});

describe("Fréchet distance", () => {
  it("is the closed form for distributions along one direction: (μ₁ − μ₂)² + (σ₁ − σ₂)²", () => {
    const line = (values: readonly number[]): FeatureMatrix => ({
      data: Float32Array.from(values.flatMap((v) => [v, 0, 0])),
      count: values.length,
      dimensions: 3,
    });
    // Sample deviations 1 and 3, means 0 and 5.
    expect(frechetDistance(line([-1, 0, 1]), line([2, 5, 8]))).toBeCloseTo(25 + 4, 10);
    expect(frechetDistance(line([-1, 0, 1]), line([-1, 0, 1]))).toBeCloseTo(0, 10);
  });

  it("does not change under rotation and grows with a shift", () => {
    const [real, generated] = sets.wide;
    const shifted = { ...generated, data: generated.data.map((v) => v + 0.5) };
    expect(frechetDistance(real, shifted)).toBeGreaterThan(frechetDistance(real, generated) + 1);
    const reversed = (set: FeatureMatrix) => ({
      ...set,
      data: set.data.map((_, i) => set.data[i - 2 * (i % 48) + 47]!),
    });
    expect([frechetDistance(reversed(real), reversed(generated))]).toBeAllclose([frechetDistance(real, generated)], {
      relative: 1e-10,
    });
  });
});

describe("kernel distance", () => {
  const normal = (seed: number, count: number, shift = 0): FeatureMatrix => {
    const draw = random(seed);
    return { data: Float32Array.from({ length: count * 6 }, () => draw.normal() + shift), count, dimensions: 6 };
  };

  it("is unbiased at any number of images, equal or not", () => {
    const study = (n: number, m: number) => {
      const values = Array.from({ length: 400 }, (_, k) => kernelDistance(normal(2 * k, n), normal(2 * k + 1, m)));
      const mean = values.reduce((a, b) => a + b) / values.length;
      const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / values.length;
      expect(Math.abs(mean)).toBeLessThan(3.5 * error);
    };
    study(5, 5);
    study(4, 40);
  });

  it("over subsets is about that of the whole, and exactly so when a subset is all", () => {
    const [real, generated] = [normal(1, 120), normal(2, 120, 0.3)];
    const whole = kernelDistance(real, generated);
    const subsets = subsetKernelDistance(real, generated, random(3), { subsets: 100, subsetSize: 40 });
    expect(Math.abs(subsets.mean - whole)).toBeLessThan(0.15 * whole);
    expect(subsets.standardDeviation).toBeGreaterThan(0);
    const all = subsetKernelDistance(real, generated, random(3), { subsets: 2, subsetSize: 120 });
    expect([all.mean]).toBeAllclose([whole], { relative: 1e-9 });
    expect(all.standardDeviation).toBeLessThan(1e-9);
    expect(() => subsetKernelDistance(real, generated, random(3), { subsetSize: 121 })).toThrow(/2 to 120 images.*121/);
  });
});

describe("neighbours", () => {
  const onLine = (...places: number[]): FeatureMatrix => ({
    data: Float32Array.from(places),
    count: places.length,
    dimensions: 1,
  });

  it("tell collapse from spread", () => {
    const real = onLine(0, 1, 2, 3, 4, 5, 6, 7);
    const collapsed = onLine(3.4, 3.5, 3.6, 3.55);
    expect(precisionRecall(real, collapsed, { k: 1 })).toEqual({ precision: 1, recall: 0 });
    const { density, coverage } = densityCoverage(real, collapsed, { k: 1 });
    expect(density).toBe(2); // each lies in the balls of 3 and of 4
    expect(coverage).toBe(2 / 8);
    expect(precisionRecall(real, onLine(20, 30, 40), { k: 1 })).toEqual({ precision: 0, recall: 0 });
  });

  it("refuse a k that has no neighbour", () => {
    expect(() => precisionRecall(onLine(1, 2, 3), onLine(1, 2, 3, 4))).toThrow(/1 to 2 neighbours.*got 3/);
  });
});

describe("features that cannot be compared", () => {
  it("are refused with the place of the fault", () => {
    const [real] = sets.wide;
    expect(() => frechetDistance(real, sets.flat[0])).toThrow(ShapeError);
    const broken = { ...real, data: real.data.slice() };
    broken.data[2 * 48 + 5] = Number.NaN;
    expect(() => kernelDistance(real, broken)).toThrow(/NaN in feature 5 of image 2/);
    expect(() => frechetDistance(part(real, 0, 1), real)).toThrow(DataError);
  });
});

describe("linear algebra", () => {
  it("singular values equal SciPy's, of any shape and of low rank", () => {
    const matrix = (key: string): Matrix => {
      const { count, dimensions } = features(key);
      return { data: doubles(key), rows: count, columns: dimensions };
    };
    expect(singularValues(matrix("matrix"))).toBeAllclose(doubles("matrixValues"), { relative: 1e-13 });
    expect(singularValues(matrix("lowRank"))).toBeAllclose(doubles("lowRankValues"), {
      relative: 1e-13,
      absolute: 1e-14,
    });
    expect(singularValues({ data: new Float64Array(6), rows: 2, columns: 3 })).toBeAllclose([0, 0]);
    expect(singularValues({ data: Float64Array.of(-3), rows: 1, columns: 1 })).toBeAllclose([3]);
  });

  it("tridiagonal eigenvalues equal SciPy's", () => {
    const eigenvalues = tridiagonalEigenvalues(doubles("diagonal"), doubles("offDiagonal"));
    expect(eigenvalues).toBeAllclose(doubles("eigenvalues"), { relative: 1e-13, absolute: 1e-14 });
  });

  it("products of rows equal the plain sum, also of a matrix with itself", () => {
    const size = fc.integer({ min: 1, max: 11 });
    fc.assert(
      fc.property(size, size, size, fc.boolean(), (n, m, d, same) => {
        const draw = random(n + 20 * m + 400 * d);
        const make = (rows: number): Matrix => ({
          data: Float64Array.from({ length: rows * d }, () => draw.normal()),
          rows,
          columns: d,
        });
        const a = make(n);
        const b = same ? a : make(m);
        const expected = Array.from({ length: a.rows * b.rows }, (_, i) => {
          const [r, c] = [Math.floor(i / b.rows), i % b.rows];
          return Array.from({ length: d }, (_, k) => a.data[r * d + k]! * b.data[c * d + k]!).reduce((x, y) => x + y);
        });
        expect(rowProducts(a, b).data).toBeAllclose(expected, { relative: 1e-12, absolute: 1e-13 });
      }),
    );
  });
});
