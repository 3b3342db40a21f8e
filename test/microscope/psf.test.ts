import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UnitError } from "../../src/core/errors.ts";
import type { Plane } from "../../src/core/plane.ts";
import { besselJ0 } from "../../src/microscope/psf/bessel-j0.ts";
import { gaussLegendre } from "../../src/microscope/psf/gauss-legendre.ts";
import { gaussianPsf } from "../../src/microscope/psf/gaussian-psf.ts";
import { resolutionUm, widefieldPsf } from "../../src/microscope/psf/widefield-psf.ts";

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/microscope/${name}`, import.meta.url), "utf8"));
/** Closed form of a focused point, tabulated by SciPy, at any v. */
const airy = fixture("airy.json") as { v: number[]; intensity: number[]; encircled: number[] };
const closedForm = (name: "intensity" | "encircled", v: number) => {
  const i = airy.v.findIndex((value) => value > v);
  const share = (v - airy.v[i - 1]!) / (airy.v[i]! - airy.v[i - 1]!);
  return airy[name][i - 1]! * (1 - share) + airy[name][i]! * share;
};
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

test("Bessel J0 agrees with SciPy to 1e-7", () => {
  const { x, j0 } = fixture("bessel.json") as { x: number[]; j0: number[] };
  for (const [i, value] of x.entries()) expect(Math.abs(besselJ0(value) - j0[i]!)).toBeLessThan(1.2e-7);
});

test("Gauss–Legendre integrates polynomials to machine precision", () => {
  for (const n of [1, 4, 21, 200]) {
    const { nodes, weights } = gaussLegendre(n);
    expect(sum(weights)).toBeCloseTo(1, 12);
    const degree = Math.min(2 * n - 1, 40);
    expect(sum(nodes.map((x, i) => weights[i]! * x ** degree))).toBeCloseTo(1 / (degree + 1), 12);
  }
});

describe("widefieldPsf", () => {
  const lens = { numericalAperture: 0.8, immersionIndex: 1, emissionNm: 500 };
  const pixelSizeUm = 0.025;
  const fine = widefieldPsf({ ...lens, pixelSizeUm, radiusPx: 120 });
  const unit = (2 * Math.PI * lens.numericalAperture) / 0.5; // v = unit · r

  test("is the Airy pattern in focus, to 0.3 % of its peak", () => {
    const profile = fine.data.slice(120 * 241 + 120, 121 * 241);
    const errors = Array.from({ length: 118 }, (_, i) => i + 1).map((i) =>
      Math.abs(profile[i]! / profile[0]! - closedForm("intensity", i * pixelSizeUm * unit)),
    );
    expect(Math.max(...errors)).toBeLessThan(0.003);
  });

  test("has its first dark ring at 0.61 λ / NA", () => {
    const row = [...fine.data.slice(120 * 241 + 120, 121 * 241)];
    const dark = row.findIndex((value, i) => i > 0 && value < row[i + 1]!);
    expect(resolutionUm(lens)).toBeCloseTo((0.61 * 0.5) / 0.8, 3);
    expect(Math.abs(dark * pixelSizeUm - resolutionUm(lens))).toBeLessThan(pixelSizeUm);
  });

  test("encircles the energy 1 − J0² − J1²: 84 % inside the first dark ring", () => {
    const energyWithin = (radiusUm: number) =>
      sum(fine.data.filter((_, i) => Math.hypot(Math.floor(i / 241) - 120, (i % 241) - 120) * pixelSizeUm <= radiusUm));
    const encircled = (radiusUm: number) => closedForm("encircled", unit * radiusUm);
    const edge = 120 * pixelSizeUm; // the window cuts the far rings off
    for (const radius of [0.2, resolutionUm(lens), 0.7, 1.5])
      expect(Math.abs((energyWithin(radius) / energyWithin(edge)) * encircled(edge) - encircled(radius))).toBeLessThan(
        0.01,
      );
    expect(encircled(resolutionUm(lens))).toBeCloseTo(0.838, 2);
  });

  test("agrees with a Fourier transform of the pupil, in and out of focus", () => {
    const cases = fixture("psf.json") as { options: Parameters<typeof widefieldPsf>[0]; psf: number[] }[];
    for (const { options, psf } of cases) {
      const ours = widefieldPsf(options);
      const peak = Math.max(...psf);
      const worst = Math.max(...psf.map((value, i) => Math.abs(value - ours.data[i]!)));
      expect(ours.data.length).toBe(psf.length);
      expect(worst / peak, JSON.stringify(options)).toBeLessThan(0.01);
    }
  });

  test.each([[{ pixelSizeUm: 0.1 }], [{ pixelSizeUm: 0.65, defocusUm: 5 }], [{ pixelSizeUm: 2 }]])(
    "sums to 1, is round and has its peak or its centre of mass in the middle: %o",
    (options) => {
      const psf = widefieldPsf({ ...lens, ...options });
      expect(psf.height % 2).toBe(1);
      expect(sum(psf.data)).toBeCloseTo(1, 5);
      expect(psf.data.every((value) => value >= 0)).toBe(true);
      const turned = Float32Array.from(
        psf.data,
        (_, i) => psf.data[(i % psf.width) * psf.width + Math.floor(i / psf.width)]!,
      );
      expect(turned).toEqual(psf.data);
      expect([...psf.data].reverse()).toEqual([...psf.data]);
    },
  );

  test("gets wider and dimmer out of focus, alike on both sides", () => {
    const at = (defocusUm: number) => widefieldPsf({ ...lens, pixelSizeUm: 0.2, defocusUm, radiusPx: 20 });
    const middle = (psf: Plane) => psf.data[20 * 41 + 20]!;
    expect(middle(at(0))).toBeGreaterThan(middle(at(2)));
    expect(middle(at(2))).toBeGreaterThan(middle(at(6)));
    expect(at(-3).data).toEqual(at(3).data);
  });

  test.each([
    [{ numericalAperture: 1.2 }, /numericalAperture.*at most immersionIndex 1.*1\.2/],
    [{ numericalAperture: -1 }, /numericalAperture.*positive/],
    [{ emissionNm: 0.5 }, /emissionNm.*nm/],
    [{ pixelSizeUm: 0 }, /pixelSizeUm.*positive/],
    [{ defocusUm: Number.NaN }, /defocusUm.*finite/],
  ])("refuses impossible optics: %o", (options, message) => {
    const attempt = () => widefieldPsf({ ...lens, pixelSizeUm: 0.1, ...options });
    expect(attempt).toThrow(UnitError);
    expect(attempt).toThrow(message);
  });
});

describe("gaussianPsf", () => {
  test("sums to 1 with the standard deviation asked for", () => {
    const psf = gaussianPsf({ sigmaPx: 1.7 });
    const radius = (psf.width - 1) / 2;
    const variance = sum(psf.data.map((value, i) => value * ((i % psf.width) - radius) ** 2));
    expect(sum(psf.data)).toBeCloseTo(1, 6);
    expect(Math.sqrt(variance)).toBeCloseTo(1.7, 2);
  });

  test("of width 0 is a single pixel; a negative width is refused", () => {
    expect([...gaussianPsf({ sigmaPx: 0 }).data]).toEqual([1]);
    expect(() => gaussianPsf({ sigmaPx: -1 })).toThrow(UnitError);
  });
});
