import { describe, expect, test } from "vitest";
import { emptyPlane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { components } from "../../src/image/components.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { regions } from "../../src/image/regions.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { type NucleiSettings, nuclei } from "../../src/microscope/specimens/nuclei.ts";
import { emptyFootprint, outline, trace } from "../../src/microscope/specimens/outline.ts";
import { placement } from "../../src/microscope/specimens/placement.ts";

const preset = fluorescenceNuclei().fields[0]!.nuclei;
const plain: NucleiSettings = {
  ...preset,
  traits: { diameterPx: 20, aspect: 1.5, level: 1 },
  coverage: 0.25,
  touchingShare: 0,
  clusteredShare: 0,
  roughness: 0,
  bend: 0,
  chromatin: { contrast: 0, coarseShare: 0.5, dome: 0, foci: 0, focusContrast: 0, nucleoli: 0 },
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const field = (settings: NucleiSettings, seed: number, size = 160) =>
  placement(settings, { height: size, width: size, random: random(seed) });

describe("outline", () => {
  test.each([
    [{ diameterPx: 30, aspect: 1, roughness: 0, bend: 0 }],
    [{ diameterPx: 30, aspect: 2.2, roughness: 0, bend: 0 }],
    [{ diameterPx: 25, aspect: 1.4, roughness: 0.1, bend: 0.3 }],
  ])("encloses the area of its diameter: %o", (options) => {
    const areas = Array.from({ length: 10 }, (_, seed) => {
      const footprint = emptyFootprint(80 * 80);
      trace(footprint, outline(options, random(seed)), { x: 39.3, y: 40.6, height: 80, width: 80, marginPx: 0 });
      return footprint.count;
    });
    for (const area of areas) expect(Math.abs(area / ((Math.PI / 4) * options.diameterPx ** 2) - 1)).toBeLessThan(0.03);
  });

  test("of a plain ellipse has the aspect asked for", () => {
    const labels = { data: new Uint32Array(100 * 100), height: 100, width: 100 };
    const footprint = emptyFootprint(100 * 100);
    trace(footprint, outline({ diameterPx: 50, aspect: 1.8, roughness: 0, bend: 0 }, random(4)), {
      x: 50,
      y: 50,
      height: 100,
      width: 100,
      marginPx: 0,
    });
    for (const pixel of footprint.index.subarray(0, footprint.count)) labels.data[pixel] = 1;
    const { majorAxis, minorAxis } = regions(labels)[0]!;
    expect(majorAxis / minorAxis).toBeCloseTo(1.8, 1);
  });
});

describe("placement", () => {
  test("covers the share asked for, on average", () => {
    for (const coverage of [0.05, 0.2, 0.4]) {
      const shares = Array.from({ length: 24 }, (_, seed) => {
        const { labels } = field({ ...plain, coverage }, seed, 120);
        return labels.data.filter((label) => label > 0).length / labels.data.length;
      });
      expect(Math.abs(mean(shares) - coverage)).toBeLessThan(0.012);
    }
  });

  test("gives the diameters asked for", () => {
    const inside = Array.from({ length: 6 }, (_, seed) => field(plain, seed)).flatMap(({ labels }) =>
      regions(labels).filter((region) => !region.touchesBorder),
    );
    expect(mean(inside.map((region) => region.equivalentDiameter))).toBeCloseTo(20, 0);
  });

  test("keeps free nuclei apart and lets touching ones touch", () => {
    const touchingShare = (settings: NucleiSettings) => {
      const shares = Array.from({ length: 6 }, (_, seed) => {
        const { data, height, width } = field(settings, seed).labels;
        const touching = new Set<number>();
        const all = new Set(data);
        for (let i = 0; i < data.length - width - 1; i++)
          for (const j of i % width < width - 1 ? [i + 1, i + width] : [i + width])
            if (data[i] !== data[j] && data[i]! > 0 && data[j]! > 0 && i < height * width) {
              touching.add(data[i]!);
              touching.add(data[j]!);
            }
        return touching.size / (all.size - 1);
      });
      return mean(shares);
    };
    expect(touchingShare(plain)).toBe(0);
    expect(touchingShare({ ...plain, touchingShare: 0.5 })).toBeGreaterThan(0.5);
  });

  test("never hides more of a nucleus than the overlap limit, and every label is one piece", () => {
    for (let seed = 0; seed < 8; seed++) {
      const { labels } = field({ ...preset, coverage: 0.45, touchingShare: 0.7, clusteredShare: 0.2 }, seed);
      // Labels are consecutive and connected, but for slivers along a contact.
      const count = labels.data.reduce((most, label) => Math.max(most, label), 0);
      expect(new Set(labels.data).size).toBe(count + 1);
      const pieces = components(labels, { connectivity: 8 });
      const stray = regions(pieces).length - count;
      expect(stray).toBeLessThanOrEqual(1);
    }
    const { labels } = field({ ...plain, coverage: 0.5, touchingShare: 0.9 }, 3);
    for (const { area, touchesBorder } of regions(labels))
      if (!touchesBorder) expect(area).toBeGreaterThan(0.55 * Math.PI * 100); // two or three neighbours may each take some
  });

  test("clusters: nearest neighbours come closer at the same coverage", () => {
    const gap = (clusteredShare: number) =>
      mean(
        Array.from({ length: 8 }, (_, seed) => {
          const centres = field({ ...plain, coverage: 0.1, clusteredShare }, seed, 240).nuclei;
          return mean(
            centres.map((a) =>
              Math.min(...centres.filter((b) => b !== a).map((b) => Math.hypot(a.x - b.x, a.y - b.y))),
            ),
          );
        }),
      );
    expect(gap(0.7)).toBeLessThan(0.85 * gap(0));
  });

  test("ends when the field is full, and is empty at coverage 0", () => {
    const { labels } = field({ ...plain, coverage: 1, touchingShare: 0.5 }, 1);
    expect(labels.data.filter((label) => label > 0).length / labels.data.length).toBeGreaterThan(0.6);
    expect(field({ ...plain, coverage: 0 }, 1).nuclei.length).toBe(0);
  });

  test("scale makes everything smaller", () => {
    const half = placement(plain, { height: 160, width: 160, scale: 0.5, random: random(2) });
    const inside = regions(half.labels).filter((region) => !region.touchesBorder);
    expect(mean(inside.map((region) => region.equivalentDiameter))).toBeCloseTo(10, 0);
  });
});

describe("nuclei", () => {
  const render = (settings: NucleiSettings, seed: number) =>
    nuclei(settings, { height: 160, width: 160, brightness: 500, random: random(seed) });

  test("shine with their brightness on a dark ground", () => {
    const { labels, emission } = render(plain, 1);
    for (let i = 0; i < labels.data.length; i++) {
      const isNearEdge = Math.min(i % 160, Math.floor(i / 160), 159 - (i % 160), 159 - Math.floor(i / 160)) < 6;
      // Slivers at the edge of the image shine without a label; elsewhere only half-lit outlines do.
      if (labels.data[i] === 0 && !isNearEdge) expect(emission.data[i]).toBeLessThanOrEqual(275);
    }
    for (const region of regions(labels, emission))
      if (!region.touchesBorder) expect(region.meanIntensity! / 500).toBeCloseTo(0.97, 1); // the edge is half lit
  });

  test("keep their mean brightness whatever the texture, dome or rim", () => {
    for (const chromatin of [
      { ...plain.chromatin, contrast: 0.25 },
      { ...plain.chromatin, dome: 0.6 },
      { ...plain.chromatin, dome: -0.4 },
    ]) {
      const levels = [1, 2, 3, 4].flatMap((seed) => {
        const { labels, emission } = render(
          { ...plain, traits: { diameterPx: 40, aspect: 1, level: 1 }, chromatin },
          seed,
        );
        return regions(labels, emission)
          .filter((region) => !region.touchesBorder)
          .map((region) => region.meanIntensity! / 500);
      });
      expect(Math.abs(mean(levels) - 1)).toBeLessThan(0.06);
    }
  });

  test("have texture of the contrast asked for, spots that brighten and nucleoli that darken", () => {
    const inner = (chromatin: Partial<NucleiSettings["chromatin"]>) => {
      const settings = {
        ...plain,
        traits: { diameterPx: 60, aspect: 1, level: 1 },
        chromatin: { ...plain.chromatin, ...chromatin },
      };
      const values = [1, 2, 3, 4, 5].flatMap((seed) => {
        const { labels, emission } = render(settings, seed);
        return [...emission.data].filter((_, i) => labels.data[i]! > 0 && emission.data[i]! > 260);
      });
      const centre = mean(values);
      const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
      return { deviation: deviation / 500, skew: mean(values.map((value) => ((value - centre) / deviation) ** 3)) };
    };
    const base = inner({}).deviation; // half-lit edge pixels
    expect(Math.sqrt(inner({ contrast: 0.2 }).deviation ** 2 - base ** 2)).toBeCloseTo(0.2, 1);
    expect(inner({ foci: 6, focusContrast: 0.6 }).skew).toBeGreaterThan(0.5);
    expect(inner({ nucleoli: 4 }).skew).toBeLessThan(-1);
  });

  test("have their outline where a blur falls to half", () => {
    const settings = { ...plain, traits: { diameterPx: 40, aspect: 1, level: 1 }, coverage: 0.05 };
    const { labels, emission } = render(settings, 6);
    const blurred = gaussianBlur(emission, 2);
    const above = blurred.data.filter((value) => value > 250).length;
    const labelled = labels.data.filter((label) => label > 0).length;
    expect(Math.abs(above / labelled - 1)).toBeLessThan(0.03);
  });

  test("are the same for the same stream", () => {
    expect(render(preset, 7)).toEqual(render(preset, 7));
    expect(render(preset, 7).emission.data).not.toEqual(emptyPlane(160, 160).data);
    expect(render(preset, 7).labels.data).not.toEqual(render(preset, 8).labels.data);
  });
});
