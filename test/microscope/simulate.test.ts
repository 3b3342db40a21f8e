import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { estimateCanonicalForm, toCanonical } from "../../src/data/canonical.ts";
import { channelPlane } from "../../src/data/image.ts";
import { regions } from "../../src/image/regions.ts";
import { CANONICAL, canonicalScaleOf } from "../../src/microscope/canonical-scene.ts";
import { descriptors } from "../../src/microscope/descriptors.ts";
import { maskScene } from "../../src/microscope/mask-scene.ts";
import { fluorescenceNuclei, standIn } from "../../src/microscope/presets.ts";
import { renderCanonical } from "../../src/microscope/render-canonical.ts";
import type { FieldSettings } from "../../src/microscope/settings.ts";
import { simulate } from "../../src/microscope/simulate.ts";
import { simulateCanonical } from "../../src/microscope/simulate-canonical.ts";

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: ArrayLike<number>) => Array.from(values).sort((a, b) => a - b)[values.length >> 1]!;
const covered = (labels: { data: Uint32Array }) => labels.data.filter((label) => label > 0).length / labels.data.length;

describe("simulate", () => {
  test("gives an image in the camera's numbers with its labels", () => {
    const { image, labels, field } = simulate(fluorescenceNuclei({ height: 96, width: 128 }), random(1));
    expect(image).toMatchObject({ pixelType: "uint16", channels: 1, height: 96, width: 128, pixelSizeUm: 0.5 });
    expect(labels).toMatchObject({ height: 96, width: 128 });
    expect(field).toBe(0);
    const inside = channelPlane(image).data.filter((_, i) => labels.data[i]! > 0);
    const outside = channelPlane(image).data.filter((_, i) => labels.data[i] === 0);
    expect(median(inside)).toBeGreaterThan(2 * median(outside));
    expect(median(outside)).toBeGreaterThan(100); // the camera's offset
    expect(simulate(standIn({ height: 64, width: 64 }), random(1)).image.pixelType).toBe("uint8");
  });

  test("is reproduced by settings, seed and index, and differs from call to call", () => {
    const settings = standIn({ height: 64, width: 64 });
    const scene = (index: number) => simulate(settings, random(9).fork("scene", index));
    expect(scene(3)).toEqual(scene(3));
    expect(scene(3).image.data).not.toEqual(scene(4).image.data);
    const stream = random(9);
    expect(simulate(settings, stream).image.data).not.toEqual(simulate(settings, stream).image.data);
  });

  test("draws all fields of the settings", () => {
    const settings = standIn({ height: 32, width: 32 });
    const drawn = new Set(Array.from({ length: 24 }, (_, i) => simulate(settings, random(i)).field));
    expect(drawn.size).toBe(settings.fields.length);
  });
});

describe("canonical scenes", () => {
  const calibration = { settings: fluorescenceNuclei() };

  test("have canonical values: background 0.1, median nucleus 0.55, all in 0…1", () => {
    const pairs = Array.from({ length: 12 }, (_, i) =>
      simulateCanonical(calibration, { size: 128, random: random(i) }),
    );
    const inside = pairs.flatMap(({ image, labels }) => [...image.data].filter((_, i) => labels.data[i]! > 0));
    const outside = pairs.flatMap(({ image, labels }) => [...image.data].filter((_, i) => labels.data[i] === 0));
    expect(Math.abs(median(outside) - 0.1)).toBeLessThan(0.02);
    expect(Math.abs(median(inside) - 0.55)).toBeLessThan(0.08);
    expect(outside.reduce((least, value) => Math.min(least, value))).toBeGreaterThanOrEqual(0);
    expect(inside.reduce((most, value) => Math.max(most, value))).toBeLessThanOrEqual(1);
  });

  test("have nuclei of about 20 px, whatever the native size", () => {
    for (const settings of [fluorescenceNuclei(), standIn()]) {
      const diameters = Array.from({ length: 12 }, (_, i) => maskScene({ settings }, { size: 160, random: random(i) }))
        .flatMap((labels) => regions(labels).filter((region) => !region.touchesBorder))
        .map((region) => region.equivalentDiameter);
      expect(Math.abs(median(diameters) - 20)).toBeLessThan(2);
    }
    expect(canonicalScaleOf({ ...calibration.settings.fields[0]!, canonicalScale: 0.7 })).toBe(0.7);
  });

  test("agree roughly with simulate followed by toCanonical", () => {
    const preset = fluorescenceNuclei({ height: 192, width: 192 }).fields[0]!;
    const field: FieldSettings = {
      ...preset,
      nuclei: { ...preset.nuclei, coverage: 0.25 },
      background: { photons: 40, drift: 0, haloShare: 0.05, haloSigmaPx: 15 },
      illumination: { vignetting: 0, tilt: 0 },
      optics: {
        kind: "widefield",
        numericalAperture: 0.75,
        immersionIndex: 1,
        emissionNm: 461,
        defocusUm: 0,
        outOfFocusUm: 0,
      },
      nucleusPhotons: 150, // enough noise to compare
      outOfFocus: { coverage: 0, level: 0 },
    };
    const settings = { pixelSizeUm: 0.5, fields: [field] };
    const scale = canonicalScaleOf(field);
    const size = Math.round(192 * scale);
    const long = Array.from({ length: 5 }, (_, i) => {
      const native = channelPlane(simulate(settings, random(i)).image);
      return descriptors(toCanonical(native, { ...estimateCanonicalForm(native), scale }));
    });
    const short = Array.from({ length: 5 }, (_, i) =>
      descriptors(renderCanonical(field, 0.5, { height: size, width: size, scale, random: random(i + 50) }).image),
    );
    for (const name of ["backgroundNoise", "nuclearNoise", "edgePx", "texture"] as const) {
      const ratio = median(short.map((d) => d[name])) / median(long.map((d) => d[name]));
      // A Gaussian stands for the Airy pattern, white noise for that of averaged pixels: 1.0 … 1.3 was measured.
      expect(ratio, name).toBeGreaterThan(0.75);
      expect(ratio, name).toBeLessThan(1.45);
    }
    const form = { background: 200, foreground: 900, scale: 1, diameterPx: 20 };
    const levels = toCanonical(
      { data: new Float32Array(256).fill(900).fill(200, 0, 128), height: 16, width: 16 },
      form,
    ).data;
    expect(levels[0]).toBeCloseTo(CANONICAL.background, 6); // our copy of the canonical scale is the right one
    expect(levels[255]).toBeCloseTo(CANONICAL.background + CANONICAL.contrast, 6);
  });

  test("have the same labels with and without their image, and reproduce", () => {
    for (let seed = 0; seed < 5; seed++) {
      const { labels } = simulateCanonical({ settings: standIn() }, { size: 96, random: random(seed) });
      expect(maskScene({ settings: standIn() }, { size: 96, random: random(seed) })).toEqual(labels);
    }
    const stream = random(2);
    expect(maskScene(calibration, { size: 64, random: stream }).data).not.toEqual(
      maskScene(calibration, { size: 64, random: stream }).data,
    );
  });

  test("can be bred with the wrong density", () => {
    const nucleiAt = (densityFactor: number) =>
      mean(
        Array.from({ length: 30 }, (_, i) => {
          const labels = maskScene(calibration, { size: 128, random: random(i), densityFactor });
          expect(covered(labels)).toBeLessThan(0.85);
          return regions(labels).length;
        }),
      );
    const ratio = nucleiAt(2.3) / nucleiAt(1);
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.7);
  });

  test("are never empty, however sparse the field", () => {
    const sparse = {
      settings: {
        pixelSizeUm: 0.5,
        fields: [
          {
            ...fluorescenceNuclei().fields[0]!,
            nuclei: { ...fluorescenceNuclei().fields[0]!.nuclei, coverage: 0.001 },
          },
        ],
      },
    };
    for (let i = 0; i < 40; i++)
      expect(covered(maskScene(sparse, { size: 96, random: random(i) }))).toBeGreaterThan(0.002);
  });

  test("are made fast: a 96 px mask in under 4 ms, a 96 px pair in under 12 ms, even on a busy machine", () => {
    const best = (work: (i: number) => unknown) => {
      for (let i = 0; i < 15; i++) work(i);
      return Math.min(
        ...Array.from({ length: 40 }, (_, i) => {
          const start = performance.now();
          work(i % 8);
          return performance.now() - start;
        }),
      );
    };
    expect(best((i) => maskScene(calibration, { size: 96, random: random(i) }))).toBeLessThan(4);
    expect(best((i) => simulateCanonical(calibration, { size: 96, random: random(i) }))).toBeLessThan(12);
  });
});
