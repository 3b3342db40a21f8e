import { describe, expect, test } from "vitest";
import { UnitError } from "../../src/core/errors.ts";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { cellMicrotubules } from "../../src/microscope/localizations/presets.ts";
import { type Filament, filamentLengthUm, lengthInFieldUm } from "../../src/microscope/specimens/filament.ts";
import { filamentCrossings } from "../../src/microscope/specimens/filament-crossings.ts";
import { filamentEmitters, labelledSigmaNm } from "../../src/microscope/specimens/filament-emitters.ts";
import { type FilamentSettings, filaments } from "../../src/microscope/specimens/filaments.ts";
import { renderFilaments } from "../../src/microscope/specimens/render-filaments.ts";
import { wormLikeChain } from "../../src/microscope/specimens/worm-like-chain.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const straight = (x0: number, y0: number, x1: number, y1: number, z = 0): Filament => ({
  pointsUm: Float64Array.of(x0, y0, z, x1, y1, z),
});

describe("the worm-like chain", () => {
  const persistenceLengthUm = 4;
  const stepUm = 0.1;
  const lengthUm = 8;
  const chains = (dimensions: 2 | 3) => {
    const stream = random(3).fork(dimensions);
    return Array.from({ length: 1500 }, () =>
      wormLikeChain(
        { persistenceLengthUm, lengthUm, stepUm, dimensions, elevationRad: dimensions === 3 ? 0.4 : 0 },
        stream,
      ),
    );
  };

  test.each([
    [2, 2 * persistenceLengthUm],
    [3, persistenceLengthUm],
  ] as const)(
    "in %i dimensions: tangents forget their direction as e^(−s/%i µm), and ends are as far apart as that says",
    (dimensions, memoryUm) => {
      const all = chains(dimensions);
      const tangent = ({ pointsUm: p }: Filament, i: number) =>
        [0, 1, 2].map((k) => (p[3 * (i + 1) + k]! - p[3 * i + k]!) / stepUm);
      for (const pieces of [5, 20, 60]) {
        const cosines = all.map((chain) => {
          const [a, b] = [tangent(chain, 0), tangent(chain, pieces)];
          return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
        });
        const variance = mean(cosines.map((value) => value ** 2)) - mean(cosines) ** 2;
        // Four standard errors, and half a percent for steps of finite length.
        const tolerance = 4 * Math.sqrt(variance / all.length) + 0.005;
        expect(Math.abs(mean(cosines) - Math.exp((-pieces * stepUm) / memoryUm))).toBeLessThan(tolerance);
      }

      const squares = all.map(({ pointsUm: p }) => {
        const end = p.length - 3;
        return (p[end]! - p[0]!) ** 2 + (p[end + 1]! - p[1]!) ** 2 + (p[end + 2]! - p[2]!) ** 2;
      });
      const m = memoryUm;
      const expected = 2 * m * lengthUm * (1 - (m / lengthUm) * (1 - Math.exp(-lengthUm / m)));
      const error = Math.sqrt((mean(squares.map((value) => value ** 2)) - mean(squares) ** 2) / all.length);
      expect(Math.abs(mean(squares) - expected)).toBeLessThan(4 * error + 0.01 * expected);
    },
  );

  test("has its length, and lies in its plane or its slab", () => {
    const flat = wormLikeChain({ persistenceLengthUm: 20, lengthUm: 12.34, startUm: [1, 2, 0.3] }, random(1));
    expect(filamentLengthUm(flat)).toBeCloseTo(12.34, 6);
    expect(flat.pointsUm.slice(0, 3)).toEqual(Float64Array.of(1, 2, 0.3));
    const depthUm = 0.5;
    const slab = wormLikeChain(
      { persistenceLengthUm: 20, lengthUm: 200, dimensions: 3, depthUm, startUm: [0, 0, 0.2] },
      random(2),
    );
    const heights = Array.from(slab.pointsUm.filter((_, i) => i % 3 === 2));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...heights)).toBeLessThanOrEqual(depthUm);
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(0.8 * depthUm);
  });

  test("turns by its curvature: a stiff one is an arc", () => {
    const arc = wormLikeChain(
      { persistenceLengthUm: 1e9, lengthUm: Math.PI, curvaturePerUm: 1, stepUm: 0.01 },
      random(1),
    );
    const end = arc.pointsUm.subarray(arc.pointsUm.length - 3);
    expect(end[0]).toBeCloseTo(0, 1); // half a circle of radius 1
    expect(end[1]).toBeCloseTo(2, 3);
  });
});

describe("filaments of a field", () => {
  const field = { heightUm: 20, widthUm: 30 };
  const scattered: FilamentSettings = {
    amount: { densityPerUm2: 0.2 },
    lengthUm: { uniform: [2, 8] },
    persistenceLengthUm: 20,
    arrangement: { kind: "scattered" },
  };

  test("scattered ones have the density asked for, as full at the edges as in the middle", () => {
    const edge = { inside: 0, all: 0 };
    for (let seed = 0; seed < 6; seed++) {
      const made = filaments(scattered, field, random(seed));
      edge.all += lengthInFieldUm(made, field);
      const shifted = made.map(({ pointsUm }) => ({ pointsUm: pointsUm.map((v, i) => (i % 3 < 2 ? v - 2 : v)) }));
      edge.inside += lengthInFieldUm(shifted, { heightUm: 16, widthUm: 26 });
    }
    // 0.2 per µm² of 5 µm each: 1 µm/µm². Some 870 filaments with a spread of 35 % in length: 4 % standard error.
    expect(Math.abs(edge.all / (6 * 600) - 1)).toBeLessThan(0.12);
    expect(Math.abs(edge.inside / (6 * 416) / (edge.all / (6 * 600)) - 1)).toBeLessThan(0.04);
  });

  test("a count is the number that reach the field; directions are those asked for", () => {
    const made = filaments(
      {
        ...scattered,
        amount: { count: 40 },
        persistenceLengthUm: 1e7,
        arrangement: { kind: "scattered", directionDeg: 30 },
      },
      field,
      random(1),
    );
    expect(made.length).toBe(40);
    for (const { pointsUm: p } of made) {
      const end = p.length - 3;
      expect(Math.atan((p[end + 1]! - p[1]!) / (p[end]! - p[0]!))).toBeCloseTo(Math.PI / 6, 2);
    }
  });

  test("an aster radiates from its centre", () => {
    const settings: FilamentSettings = {
      amount: { count: 60 },
      lengthUm: 6,
      persistenceLengthUm: 1e7,
      arrangement: { kind: "aster", centreUm: { x: 0, y: -5 }, startRadiusUm: 0.5 },
    };
    for (const { pointsUm: p } of filaments(settings, field, random(4))) {
      const [dx, dy] = [p[0]! - 15, p[1]! - 5];
      expect(Math.hypot(dx, dy)).toBeCloseTo(0.5, 6);
      const end = p.length - 3;
      expect(Math.hypot(p[end]! - 15, p[end + 1]! - 5)).toBeCloseTo(6.5, 2);
    }
  });

  test("bundled ones run side by side at their spacing", () => {
    const settings: FilamentSettings = {
      ...scattered,
      amount: { count: 12 },
      lengthUm: 10,
      bundles: { share: 1, filaments: 3, spacingUm: 0.1 },
    };
    const made = filaments(settings, field, random(8));
    expect(made.length).toBe(36);
    for (let i = 0; i < made.length; i += 3)
      for (const member of [made[i + 1]!, made[i + 2]!]) {
        const distances = Array.from({ length: member.pointsUm.length / 3 }, (_, v) => {
          const at = member.pointsUm.subarray(3 * v, 3 * v + 2);
          let nearest = Infinity;
          const p = made[i]!.pointsUm;
          for (let k = 0; k < p.length; k += 3)
            nearest = Math.min(nearest, Math.hypot(p[k]! - at[0]!, p[k + 1]! - at[1]!));
          return nearest;
        });
        expect(mean(distances)).toBeGreaterThan(0.03);
        expect(mean(distances)).toBeLessThan(0.2);
      }
  });

  test("isotropic straight ones cross ρ²/π times per µm²", () => {
    let [crossings, density] = [0, 0];
    for (let seed = 0; seed < 8; seed++) {
      const made = filaments({ ...scattered, persistenceLengthUm: 1e6, stepUm: 0.5 }, field, random(seed));
      const rho = lengthInFieldUm(made, field) / 600;
      density += rho ** 2 / Math.PI / 8;
      const inside = filamentCrossings(made).filter(({ xUm, yUm }) => xUm >= 0 && yUm >= 0 && xUm < 30 && yUm < 20);
      crossings += inside.length / 600 / 8;
    }
    expect(Math.abs(crossings / density - 1)).toBeLessThan(0.12);
  });

  test("a crossing says where, how steep and how far above", () => {
    const [found, ...more] = filamentCrossings([straight(0, 0, 4, 4, 0.1), straight(0, 3, 4, 3, 0.4)]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ first: 0, second: 1 });
    expect(found!.xUm).toBeCloseTo(3, 9);
    expect(found!.yUm).toBeCloseTo(3, 9);
    expect(found!.separationUm).toBeCloseTo(0.3, 9);
    expect(found!.angleRad).toBeCloseTo(Math.PI / 4, 9);
    expect(filamentCrossings([straight(0, 0, 1, 1), straight(2, 0, 3, 1)])).toEqual([]);
  });

  test("one seed gives the same filaments again, another gives others", () => {
    const made = (seed: number) =>
      filaments(cellMicrotubules(), { heightUm: 4, widthUm: 5 }, random(seed)).map(({ pointsUm }) => pointsUm);
    expect(made(5).length).toBeGreaterThan(0);
    expect(made(5)).toEqual(made(5));
    expect(made(6)).not.toEqual(made(5));
  });

  test("settings that cannot be are refused by name", () => {
    const make = (change: Partial<FilamentSettings>) => () => filaments({ ...scattered, ...change }, field, random(1));
    expect(make({ persistenceLengthUm: 0.1 })).toThrow(/filaments\.persistenceLengthUm: expected values from 0.5/);
    expect(make({ lengthUm: -1 })).toThrow(UnitError);
    expect(make({ bundles: { share: 2, filaments: 2, spacingUm: 0.1 } })).toThrow(/bundles\.share/);
    expect(
      make({
        amount: { count: 1 },
        arrangement: { kind: "aster", centreUm: { x: 200, y: 200 }, startRadiusUm: 0 },
        stepUm: 2,
      }),
    ).toThrow(/move the centre/);
  });
});

describe("images of filaments", () => {
  const profile = ({ data, width, height }: Plane, y: number) =>
    Array.from({ length: width }, (_, x) => data[Math.min(y, height - 1) * width + x]!);
  const fwhm = (values: readonly number[]) => {
    const top = Math.max(...values);
    const first = values.findIndex((value) => value >= top / 2);
    const last = values.length - 1 - [...values].reverse().findIndex((value) => value >= top / 2);
    const part = (inside: number, outside: number) =>
      (values[inside]! - top / 2) / (values[inside]! - values[outside]!);
    return last - first + part(first, first - 1) + part(last, last + 1);
  };

  test("a line has the width of its labels and blur, and all of its light", () => {
    const pixelSizeUm = 0.01;
    const line = [straight(0.305, 0.1, 0.305, 0.5)];
    const plane = renderFilaments(line, { height: 60, width: 60, pixelSizeUm, blurNm: 20, lightPerUm: 7 });
    const sigmaPx = Math.sqrt((labelledSigmaNm({}) ** 2 + 20 ** 2) / 100 + 1 / 12);
    expect(fwhm(profile(plane, 30))).toBeCloseTo(2.3548 * sigmaPx, 1);
    expect(plane.data.reduce((a, b) => a + b, 0)).toBeCloseTo(0.4 * 7, 2);
    // Its middle lies at x = 0.305 µm, in the middle of pixel 30.
    expect(profile(plane, 30)[29]).toBeCloseTo(profile(plane, 30)[31]!, 5);
  });

  test("a line cut into pieces looks the same as a whole one", () => {
    const whole = straight(0.05, 0.07, 0.52, 0.43);
    const pointsUm = Float64Array.from({ length: 3 * 31 }, (_, i) => {
      const share = Math.floor(i / 3) / 30;
      return i % 3 === 2 ? 0 : i % 3 === 0 ? 0.05 + 0.47 * share : 0.07 + 0.36 * share;
    });
    const options = { height: 50, width: 58, pixelSizeUm: 0.01 };
    const [one, many] = [renderFilaments([whole], options), renderFilaments([{ pointsUm }], options)];
    // Relative to a peak near 0.01 · 10 / σ; the error function is good to 1.5e-7 per piece.
    expect(Math.max(...one.data.map((value, i) => Math.abs(value - many.data[i]!)))).toBeLessThan(1e-6);
  });

  test("labels lie on the tube: their number, their spread across, and their evenness along", () => {
    const emitters = filamentEmitters(
      [straight(0, 1, 40, 1)],
      { labelsPerUm: 200, widthNm: 25, linkageNm: 10, linkageErrorNm: 4 },
      random(2),
    );
    expect(Math.abs(emitters.count - 8000)).toBeLessThan(4 * Math.sqrt(8000));
    const across = Array.from(emitters.yUm, (y) => 1000 * (y - 1));
    const sigma = labelledSigmaNm({ widthNm: 25, linkageNm: 10, linkageErrorNm: 4 });
    expect(Math.sqrt(mean(across.map((d) => d * d))) / sigma).toBeCloseTo(1, 1);
    expect(Math.sqrt(mean(Array.from(emitters.zUm, (z) => (1000 * z) ** 2))) / sigma).toBeCloseTo(1, 1);
    // A tube is brighter at its edges: fewer labels in the middle than a Gaussian of this spread would have (0.197).
    expect(across.filter((d) => Math.abs(d) < sigma / 4).length / emitters.count).toBeLessThan(0.16);
    const halves = Array.from(emitters.xUm).filter((x) => x < 20).length;
    expect(Math.abs(halves - emitters.count / 2)).toBeLessThan(4 * Math.sqrt(emitters.count / 4));
    const pieces = Array.from({ length: 70 }, (_, i) => straight(i - 30, 1, i - 29, 1));
    const nearby = filamentEmitters(pieces, { labelsPerUm: 50 }, random(2), {
      field: { heightUm: 2, widthUm: 5 },
    });
    expect(Math.min(...nearby.xUm)).toBeLessThan(0);
    expect(Math.min(...nearby.xUm)).toBeGreaterThan(-1.6);
    expect(Math.max(...nearby.xUm)).toBeLessThan(6.6);
  });
});
