import { describe, expect, it } from "vitest";
import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { instanceMaps } from "../../src/image/instance-maps.ts";
import { regions } from "../../src/image/regions.ts";
import { type Segmenter, segmentInstances } from "../../src/tasks/segment/predict.ts";
import { withDiscs } from "../drawn-discs.ts";

const SIZE = 96;
const form = { diameterPx: 20, scale: 1, background: 0.1, foreground: 0.55 } as const;

const nuclei = [
  [24, 24, 10],
  [24, 70, 10],
  [70, 24, 10],
] as const;

/** Nuclei with the brightness of canonical ones, and whatever else a label has at that of a faint haze, in focus to a pixel. */
function photograph(labels: LabelMap): Plane {
  const brightness = (label: number) => (label === 0 ? 0.1 : label <= nuclei.length ? 0.55 : 0.16);
  return gaussianBlur({ ...labels, data: Float32Array.from(labels.data, brightness) }, 1);
}

/** A network that has learned to see exactly these objects. */
function oracle(labels: LabelMap): Segmenter {
  return { maps: async () => instanceMaps(labels), release: async () => {} };
}

describe("instances of an image", () => {
  it("have their outlines where each nucleus falls to half its brightness", async () => {
    const drawn = withDiscs(SIZE, SIZE, nuclei);
    const seenTooSmall = withDiscs(
      SIZE,
      SIZE,
      nuclei.map(([y, x, r]) => [y, x, r - 2] as const),
    );
    const found = await segmentInstances(oracle(seenTooSmall), photograph(drawn), { form });
    const areas = regions(found).map(({ area }) => area / regions(drawn)[0]!.area);
    expect(areas).toHaveLength(nuclei.length);
    for (const area of areas) expect(Math.abs(area - 1)).toBeLessThan(0.05);
    const asSeen = await segmentInstances(oracle(seenTooSmall), photograph(drawn), { form, refineEdges: false });
    expect(regions(asSeen).map(({ area }) => area)).toEqual(regions(seenTooSmall).map(({ area }) => area));
  });

  it("do not have a speck among them that a haze around it would let grow", async () => {
    const image = photograph(withDiscs(SIZE, SIZE, [...nuclei, [70, 70, 6]]));
    const seen = withDiscs(SIZE, SIZE, [...nuclei, [70, 70, 2]]); // 13 px: below 6 % of a nucleus of 314 px
    for (const refineEdges of [true, false])
      expect(regions(await segmentInstances(oracle(seen), image, { form, refineEdges }))).toHaveLength(nuclei.length);
  });
});
