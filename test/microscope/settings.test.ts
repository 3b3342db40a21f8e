import { describe, expect, test } from "vitest";
import { UnitError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { checkRange, type Distribution, draw, typical } from "../../src/microscope/distribution.ts";
import { fluorescenceNuclei, standIn } from "../../src/microscope/presets.ts";
import {
  checkSettings,
  FIELD_LIMITS,
  type FieldSettings,
  type MicroscopeSettings,
} from "../../src/microscope/settings.ts";

/** A copy of a field with one value changed, by dotted path. */
function changed(field: FieldSettings, path: string, value: unknown): FieldSettings {
  const copy = structuredClone(field);
  const names = path.split(".");
  const last = names.pop()!;
  const holder = names.reduce<Record<string, unknown>>((object, name) => object[name] as Record<string, unknown>, {
    ...copy,
  });
  holder[last] = value;
  return names.length === 0 ? ({ ...copy, [last]: value } as FieldSettings) : copy;
}

describe("distributions", () => {
  const sample = (distribution: Distribution) => {
    const stream = random(1);
    return Array.from({ length: 4000 }, () => draw(distribution, stream)).sort((a, b) => a - b);
  };

  test.each<[Distribution, number, number]>([
    [3, 3, 3],
    [{ uniform: [2, 6] }, 4, 4],
    [{ normal: [5, 2] }, 5, 5],
    [{ logNormal: [8, 0.4] }, 8, 8 * Math.exp(0.08)],
    [{ values: [1, 1, 7] }, 1, 3],
  ])("%o have the median and the mean of their closed form", (distribution, median, mean) => {
    const values = sample(distribution);
    expect(Math.abs(values[2000]! / median - 1)).toBeLessThan(0.04);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / 4000 / mean - 1)).toBeLessThan(0.04);
    expect(typical(distribution)).toBeCloseTo(median, 8);
  });

  test("stay inside their bounds", () => {
    const values = sample({ normal: [0, 10], min: -1, max: 2 });
    expect(values[0]).toBe(-1);
    expect(values[3999]).toBe(2);
  });

  test("of wrong range are named, with what was given", () => {
    const attempt = () => checkRange("recipe.blur", { uniform: [-1, 2] }, { min: 0, unit: "px" });
    expect(attempt).toThrow(UnitError);
    expect(attempt).toThrow(/recipe\.blur: expected values from 0 to Infinity px, got \{"uniform":\[-1,2\]\}/);
    expect(() => checkRange("x", { uniform: [3, 2] })).toThrow(UnitError);
    expect(() => checkRange("x", Number.NaN, { min: 0 })).toThrow(UnitError);
    expect(() => checkRange("x", { logNormal: [2, 5] }, { min: 0, max: 3 })).not.toThrow();
  });
});

describe("checkSettings", () => {
  const presets: [string, MicroscopeSettings][] = [
    ["fluorescenceNuclei", fluorescenceNuclei()],
    ["standIn", standIn()],
  ];

  test.each(presets)("accepts %s, which is plain data", (_, settings) => {
    expect(() => checkSettings(settings)).not.toThrow();
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
  });

  const field: FieldSettings = { ...fluorescenceNuclei().fields[0]!, canonicalScale: 1 };
  const gaussian: FieldSettings = { ...field, optics: { kind: "gaussian", sigmaPx: 1, outOfFocusSigmaPx: 5 } };

  test.each(Object.entries(FIELD_LIMITS))("refuses %s outside its limits and names its path", (path, { min, max }) => {
    const base = path.endsWith("igmaPx") && path.startsWith("optics") ? gaussian : field;
    for (const value of [
      min === undefined ? undefined : min - 1,
      max === undefined ? undefined : max + 1,
      Number.NaN,
    ]) {
      if (value === undefined) continue;
      const attempt = () =>
        checkSettings({ pixelSizeUm: 0.5, fields: [base, changed(base, path, value)] }, "recipe.microscope");
      expect(attempt).toThrow(UnitError);
      expect(attempt).toThrow(`recipe.microscope.fields[1].${path}`);
    }
  });

  test.each<[string, MicroscopeSettings, RegExp]>([
    [
      "an aperture above the index",
      { pixelSizeUm: 0.5, fields: [changed(field, "optics.numericalAperture", 1.6)] },
      /fields\[0\]\.optics\.numericalAperture: expected at most immersionIndex 1, got 1\.6/,
    ],
    [
      "a lens without a pixel size",
      { pixelSizeUm: "unknown", fields: [field] },
      /fields\[0\]\.optics\.kind.*pixelSizeUm/,
    ],
    [
      "a lens of unknown kind",
      { pixelSizeUm: 1, fields: [changed(field, "optics.kind", "magic")] },
      /optics\.kind.*"gaussian" or "widefield".*"magic"/,
    ],
    ["a negative pixel size", { pixelSizeUm: -1, fields: [field] }, /pixelSizeUm/],
    ["no field", { pixelSizeUm: 1, fields: [] }, /fields: expected at least one/],
    ["a field of no size", { pixelSizeUm: 1, fields: [{ ...field, width: 0 }] }, /fields\[0\]\.width/],
    [
      "a camera of 20 bits",
      { pixelSizeUm: 1, fields: [changed(field, "camera.bitDepth", 20)] },
      /fields\[0\]\.camera\.bitDepth/,
    ],
    [
      "an empty population",
      { pixelSizeUm: 1, fields: [changed(field, "nuclei.traits", { resampled: [] })] },
      /resampled/,
    ],
    [
      "a measured nucleus of no size",
      {
        pixelSizeUm: 1,
        fields: [changed(field, "nuclei.traits", { resampled: [{ diameterPx: 0, aspect: 1, level: 1 }] })],
      },
      /traits\.diameterPx/,
    ],
  ])("refuses %s", (_, settings, message) => {
    expect(() => checkSettings(settings)).toThrow(UnitError);
    expect(() => checkSettings(settings)).toThrow(message);
  });
});
