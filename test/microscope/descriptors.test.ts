import { describe, expect, test } from "vitest";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { regions } from "../../src/image/regions.ts";
import { compareDescriptors, descriptorTable } from "../../src/microscope/compare-descriptors.ts";
import { descriptors } from "../../src/microscope/descriptors.ts";
import { objects } from "../../src/microscope/objects.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { type NucleiSettings, nuclei } from "../../src/microscope/specimens/nuclei.ts";

const plain: NucleiSettings = {
  ...fluorescenceNuclei().fields[0]!.nuclei,
  traits: { diameterPx: 20, aspect: 1.5, level: 1 },
  coverage: 0.15,
  touchingShare: 0,
  clusteredShare: 0,
  roughness: 0,
  bend: 0,
  chromatin: { contrast: 0, coarseShare: 0.5, dome: 0, foci: 0, focusContrast: 0, nucleoli: 0 },
};

/** Canonical picture of nuclei with a known blur and noise, and its truth. */
function picture(settings: NucleiSettings, { seed = 1, blurPx = 1, noise = 0.02, size = 256 } = {}) {
  const { labels, emission } = nuclei(settings, { height: size, width: size, random: random(seed) });
  const light = gaussianBlur(emission, blurPx);
  const stream = random(seed).fork("noise");
  const image: Plane = { ...light, data: light.data.map((level) => 0.1 + 0.45 * (level + noise * stream.normal())) };
  return { labels, image };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("descriptors measure what was put in", () => {
  test("number, diameter, aspect, brightness, coverage", () => {
    const { labels, image } = picture({
      ...plain,
      traits: { diameterPx: 20, aspect: 1.5, level: { uniform: [0.6, 1.6] } },
    });
    const truth = regions(labels);
    const d = descriptors(image);
    expect(Math.abs(d.density / ((truth.length / 256 ** 2) * 10000) - 1)).toBeLessThan(0.1); // slivers at the edge escape
    expect(Math.abs(mean(d.diameterPx) - 20)).toBeLessThan(0.7);
    expect(Math.abs(mean(d.aspect) - 1.5)).toBeLessThan(0.06);
    expect(mean(d.level)).toBeGreaterThan(0.9);
    expect(mean(d.level)).toBeLessThan(1.25);
    expect(Math.abs(d.coverage / (labels.data.filter((label) => label > 0).length / 256 ** 2) - 1)).toBeLessThan(0.06);
    expect(d.touchingShare).toBeLessThan(0.08);
  });

  test.each([0.02, 0.06])("noise of %s", (noise) => {
    const d = descriptors(picture(plain, { noise }).image);
    expect(Math.abs(d.backgroundNoise / noise - 1)).toBeLessThan(0.06);
    expect(Math.abs(d.nuclearNoise / noise - 1)).toBeLessThan(0.12);
  });

  test.each([0.8, 1.4, 2])("a blur of %s px", (blurPx) => {
    const d = descriptors(picture(plain, { blurPx, noise: 0.005 }).image);
    expect(Math.abs(d.edgePx - blurPx)).toBeLessThan(0.3);
  });

  test("texture, spots, holes and domes in the right order", () => {
    const of = (chromatin: Partial<NucleiSettings["chromatin"]>) =>
      descriptors(
        picture({ ...plain, chromatin: { ...plain.chromatin, ...chromatin } }, { noise: 0.01, size: 176 }).image,
      );
    expect(of({ contrast: 0.3 }).texture).toBeGreaterThan(1.6 * of({ contrast: 0.1 }).texture);
    expect(of({ foci: 4, focusContrast: 0.8 }).textureSkew).toBeGreaterThan(0.4);
    expect(of({ nucleoli: 3 }).textureSkew).toBeLessThan(-0.4);
    expect(of({ dome: 0.6 }).dome).toBeGreaterThan(of({ dome: 0 }).dome + 0.05);
    expect(of({ dome: -0.4 }).dome).toBeLessThan(of({ dome: 0 }).dome - 0.05);
  });

  test("halo and drift", () => {
    const { image } = picture(plain, { noise: 0.005 });
    const light: Plane = { ...image, data: image.data.map((value) => (value - 0.1) / 0.45) };
    const spread = gaussianBlur(light, 9);
    const hazy: Plane = { ...image, data: image.data.map((value, i) => value + 0.45 * 0.2 * spread.data[i]!) };
    expect(descriptors(hazy).halo).toBeGreaterThan(descriptors(image).halo + 0.015);
    const tilted: Plane = {
      ...image,
      data: image.data.map((value, i) => value + 0.45 * 0.2 * ((i % 256) / 256 - 0.5)),
    };
    // A ramp of height h has the standard deviation h / √12.
    expect(Math.abs(descriptors(tilted).drift - 0.2 / Math.sqrt(12))).toBeLessThan(0.015);
    expect(descriptors(image).drift).toBeLessThan(0.01);
  });

  test("Clark and Evans: near 1 at random, larger when spread out, smaller in islands", () => {
    const small: NucleiSettings = { ...plain, traits: { diameterPx: 10, aspect: 1, level: 1 }, coverage: 0.04 };
    const ratio = (settings: NucleiSettings) =>
      mean(
        [1, 2, 3, 4].map((seed) => descriptors(picture(settings, { seed, blurPx: 0.7, size: 190 }).image).clarkEvans),
      );
    expect(Math.abs(ratio(small) - 1.1)).toBeLessThan(0.15); // nuclei cannot overlap, so a little above 1
    expect(ratio({ ...small, clusteredShare: 0.7 })).toBeLessThan(ratio(small) - 0.15);
    expect(ratio({ ...small, traits: { diameterPx: 20, aspect: 1, level: 1 }, coverage: 0.4 })).toBeGreaterThan(
      ratio(small) + 0.1,
    );
  });

  test("are plain numbers, and an image without nuclei has none", () => {
    const empty = emptyPlane(96, 96);
    const stream = random(1);
    const d = descriptors({ ...empty, data: empty.data.map(() => 0.1 + 0.01 * stream.normal()) });
    expect(d.diameterPx).toEqual([]);
    expect(d.coverage).toBe(0);
    expect(d.histogram.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 8);
    expect(d.edgePx).toBeNaN();
    expect(() => descriptors({ ...empty, data: empty.data.map(() => 1) })).not.toThrow();
  });
});

describe("objects", () => {
  test("finds separate nuclei one by one and parts most that touch", () => {
    for (const [touchingShare, least] of [
      [0, 0.98],
      [0.4, 0.85],
    ] as const) {
      const { labels, image } = picture({ ...plain, touchingShare }, { seed: 5 });
      const contrast: Plane = { ...image, data: image.data.map((value) => (value - 0.1) / 0.45) };
      const ratio = regions(objects(contrast)).length / regions(labels).length;
      expect(ratio).toBeGreaterThan(least);
      expect(ratio).toBeLessThan(2 - least);
    }
  });
});

describe("compareDescriptors", () => {
  const describeSeeds = (settings: NucleiSettings, seeds: readonly number[]) =>
    seeds.map((seed) => descriptors(picture(settings, { seed, size: 160 }).image));
  const real = describeSeeds(plain, [1, 2, 3, 4]);

  test("of a set with itself is 0 everywhere", () => {
    for (const { distance } of compareDescriptors(real, real)) expect(distance).toBeCloseTo(0, 10);
  });

  test("of larger nuclei is large in diameter, small in aspect", () => {
    const other = describeSeeds({ ...plain, traits: { diameterPx: 25, aspect: 1.5, level: 1 } }, [5, 6, 7, 8]);
    const rows = compareDescriptors(real, other);
    const row = (name: string) => rows.find((entry) => entry.name === name)!;
    expect(row("diameter").simulated - row("diameter").real).toBeGreaterThan(3.5);
    expect(row("diameter").distance).toBeGreaterThan(1);
    expect(row("aspect").distance).toBeLessThan(0.8);
    expect(rows.map((entry) => entry.name)).toEqual([
      ...descriptorTable.map(({ name }) => name),
      "histogram",
      "power spectrum",
    ]);
  });

  test("moves by the shift of a shifted sample (Wasserstein-1)", () => {
    const shifted = real.map((d) => ({ ...d, diameterPx: d.diameterPx.map((value) => value + 2) }));
    const values = real.flatMap((d) => d.diameterPx);
    const deviation = Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    expect(compareDescriptors(real, shifted)[0]!.distance * deviation).toBeCloseTo(2, 6);
  });
});
