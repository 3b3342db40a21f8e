import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import {
  cosineTransform,
  dct2,
  dctMatrix,
  fft2d,
  fourierTransform,
  idct2,
  inverseFft2d,
  keptCoefficients,
  lowPassDct,
  lowPassMatrix,
  powerSpectrum,
} from "../../src/image/index.ts";
import { anyPlane } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const { plane, doubles } = fixture("frequency");
const energy = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0);

/** Product of two row-major matrices `[a, b]` and `[b, c]`. */
function product(left: ArrayLike<number>, right: ArrayLike<number>, a: number, b: number, c: number): Float64Array {
  return Float64Array.from({ length: a * c }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < b; k++) sum += left[Math.floor(i / c) * b + k]! * right[k * c + (i % c)]!;
    return sum;
  });
}

const transposed = (matrix: Float64Array, n: number) => matrix.map((_, i) => matrix[(i % n) * n + Math.floor(i / n)]!);
const identity = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

describe("fft2d", () => {
  it("equals numpy.fft.fft2 for a size that is no power of two", () => {
    const spectrum = fft2d(plane("image"));
    expect(spectrum.re).toBeAllclose(doubles("spectrumRe"), { relative: 0, absolute: 1e-8 });
    expect(spectrum.im).toBeAllclose(doubles("spectrumIm"), { relative: 0, absolute: 1e-8 });
  });

  it("returns through its inverse, for any size", () => {
    fc.assert(
      fc.property(anyPlane, (plane) => {
        const back = inverseFft2d(fft2d(plane));
        expect(back.re).toBeAllclose(plane.data, { absolute: 1e-10 });
        expect(back.im).toBeAllclose(new Float64Array(plane.data.length), { absolute: 1e-10 });
      }),
    );
  });

  it("keeps its digits for large primes", () => {
    const size = 1009;
    const frequency = 337;
    const re = Float64Array.from({ length: size }, (_, n) => Math.cos((2 * Math.PI * ((frequency * n) % size)) / size));
    const im = new Float64Array(size);
    fourierTransform(size).forward(re, im);
    const expected = new Float64Array(size);
    expected[frequency] = size / 2;
    expected[size - frequency] = size / 2;
    expect(re).toBeAllclose(expected, { absolute: 1e-9 });
    expect(im).toBeAllclose(new Float64Array(size), { absolute: 1e-9 });
  });
});

describe("dct2", () => {
  it.each([
    ["image", "coefficients"],
    ["power2", "coefficients32"],
  ])("equals scipy.fft.dctn(norm='ortho'): %s", (key, expected) => {
    expect(dct2(plane(key)).data).toBeAllclose(doubles(expected), { relative: 1e-7, absolute: 1e-9 });
  });

  it("equals D_H x D_Wᵀ, keeps the energy and returns, for any size", () => {
    fc.assert(
      fc.property(anyPlane, (plane) => {
        const { data, height, width } = plane;
        const rows = product(data, transposed(dctMatrix(width), width), height, width, width);
        const expected = product(dctMatrix(height), rows, height, height, width);
        const coefficients = dct2(plane);
        expect(coefficients.data).toBeAllclose(expected, { relative: 1e-6, absolute: 1e-9 });
        expect(energy(coefficients.data)).toBeCloseTo(energy(data), 0);
        expect(idct2(coefficients).data).toBeAllclose(data, { absolute: 1e-4 });
      }),
    );
  });

  it("inverts itself in double precision", () => {
    for (const size of [1, 2, 3, 8, 45, 96, 97]) {
      const source = random(size);
      const values = Float64Array.from({ length: size }, () => source.normal());
      const copy = values.slice();
      cosineTransform(size).forward(copy);
      expect(energy(copy)).toBeCloseTo(energy(values), 10);
      cosineTransform(size).inverse(copy);
      expect(copy).toBeAllclose(values, { absolute: 1e-13 });
    }
  });
});

describe("dctMatrix", () => {
  it.each([1, 2, 7, 32, 96])("is orthonormal: D Dᵀ = 1 for n = %i", (n) => {
    const matrix = dctMatrix(n);
    expect(product(matrix, transposed(matrix, n), n, n, n)).toBeAllclose(identity(n), { absolute: 1e-13 });
  });
});

describe("lowPassDct", () => {
  const image = plane("image");

  it("changes nothing at fraction 1", () => {
    expect(lowPassDct(image, 1)).toEqual(image);
  });

  it.each([0.1, 0.3, 0.5, 0.9])("removes exactly the energy of the coefficients it drops: %f", (fraction) => {
    const { height, width } = image;
    const filtered = lowPassDct(image, fraction);
    const removed = image.data.map((value, i) => value - filtered.data[i]!);
    const isDropped = (_: number, i: number) =>
      Math.floor(i / width) >= keptCoefficients(height, fraction) || i % width >= keptCoefficients(width, fraction);
    const dropped = dct2(image).data.filter(isDropped);
    expect(dropped.length).toBeGreaterThan(0);
    expect(energy(removed) / energy(dropped)).toBeCloseTo(1, 5);
  });

  it("is a projection: the second time changes nothing", () => {
    const once = lowPassDct(image, 0.3);
    expect(lowPassDct(once, 0.3).data).toBeAllclose(once.data, { relative: 1e-6 });
  });

  it("passes a slow cosine untouched and stops a fast one", () => {
    const wave = (u: number): Plane => ({
      data: Float32Array.from({ length: 40 * 40 }, (_, i) => Math.cos((Math.PI * (2 * (i % 40) + 1) * u) / 80)),
      height: 40,
      width: 40,
    });
    expect(lowPassDct(wave(11), 0.3).data).toBeAllclose(wave(11).data, { absolute: 1e-6 });
    expect(lowPassDct(wave(12), 0.3).data).toBeAllclose(new Float32Array(1600), { absolute: 1e-6 });
  });

  it("is the product with two matrices, which are symmetric projections", () => {
    const { height, width, data } = image;
    const [left, right] = [lowPassMatrix(height, 0.3), lowPassMatrix(width, 0.3)];
    const filtered = product(left, product(data, right, height, width, width), height, height, width);
    expect(lowPassDct(image, 0.3).data).toBeAllclose(filtered, { relative: 1e-6 });
    expect(product(right, right, width, width, width)).toBeAllclose(right, { absolute: 1e-13 });
    expect(transposed(right, width)).toBeAllclose(right, { absolute: 1e-15 });
  });

  it.each([
    [10, 0.3, 3],
    [10, 0.7, 7],
    [96, 0.3, 29],
    [64, 0.5, 32],
    [5, 0, 1],
    [5, 1, 5],
    [5, 2, 5],
  ])("keeps, of %i coefficients at fraction %f, the lowest %i", (n, fraction, kept) => {
    expect(keptCoefficients(n, fraction)).toBe(kept);
  });
});

describe("powerSpectrum", () => {
  it("is flat for white noise, at the height of its variance", () => {
    const source = random(4);
    const noise = {
      data: Float32Array.from({ length: 90 * 120 }, () => 7 + 3 * source.normal()),
      height: 90,
      width: 120,
    };
    for (const window of ["hann", "none"] as const) {
      const { power, frequencyCyclesPerPx } = powerSpectrum(noise, { window });
      expect(frequencyCyclesPerPx.at(-1)).toBe(0.5);
      // Ring k averages about π k independent periodogram values, so the inner rings scatter most.
      const outer = power.slice(10);
      expect(outer.reduce((sum, value) => sum + value, 0) / outer.length).toBeCloseTo(9, 0);
      expect(Math.max(...outer)).toBeLessThan(9 * 2);
      expect(Math.min(...outer)).toBeGreaterThan(9 / 2);
    }
  });

  it("obeys Parseval: the rings of a band-limited image add up to its variance", () => {
    const { height, width } = { height: 48, width: 48 };
    const data = Float32Array.from({ length: height * width }, (_, i) => {
      const [y, x] = [Math.floor(i / width), i % width];
      return 5 + 2 * Math.cos((2 * Math.PI * 6 * x) / width) + 3 * Math.sin((2 * Math.PI * 9 * y) / height);
    });
    const { power, frequencyCyclesPerPx } = powerSpectrum({ data, height, width }, { window: "none" });
    const ring = (k: number) => {
      let pixels = 0;
      for (let y = -24; y < 24; y++) for (let x = -24; x < 24; x++) if (Math.round(Math.hypot(y, x)) === k) pixels++;
      return pixels;
    };
    const variance = power.reduce((sum, value, i) => sum + value * ring(i + 1), 0) / (height * width);
    expect(variance).toBeCloseTo(2 ** 2 / 2 + 3 ** 2 / 2, 4);
    const strongest = [...power.keys()].sort((a, b) => power[b]! - power[a]!).slice(0, 2);
    expect(strongest.map((k) => frequencyCyclesPerPx[k]!).sort()).toEqual([6 / 48, 9 / 48]);
  });
});
