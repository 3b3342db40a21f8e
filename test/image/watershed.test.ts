import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { peakLocalMaxima, watershed } from "../../src/image/index.ts";
import { anyMask } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const { labels, mask, plane, value } = fixture("watershed");

const negative = (plane: Plane): Plane => ({ ...plane, data: plane.data.map((value) => -value) });

/** Share of the labelled pixels on which two results agree. */
function agreement(a: LabelMap, b: LabelMap): number {
  let [same, all] = [0, 0];
  a.data.forEach((label, i) => {
    if (label === 0 && b.data[i] === 0) return;
    all++;
    if (label === b.data[i]) same++;
  });
  return same / all;
}

describe("watershed", () => {
  it("equals skimage.segmentation.watershed where no two priorities tie", () => {
    expect(watershed(plane("distinct"), labels("markers")).data).toEqual(labels("watershedDistinct").data);
  });

  it("does so within a mask and over corners", () => {
    const grown = watershed(plane("distinct"), labels("markers"), mask("mask"), { connectivity: 8 });
    expect(grown.data).toEqual(labels("watershedDistinctMasked8").data);
  });

  it("equals it on a smoothed distance transform, the everyday case", () => {
    const grown = watershed(negative(plane("smooth")), labels("markers"), mask("mask"));
    expect(grown.data).toEqual(labels("watershedSmooth").data);
  });

  it("agrees up to ties on a raw distance transform", () => {
    const grown = watershed(negative(plane("distance")), labels("markers"), mask("mask"));
    expect(agreement(grown, labels("watershedDistance"))).toBeGreaterThan(0.98);
  });

  it("meets in the middle on flat ground", () => {
    const flat = { data: new Float32Array(7), height: 1, width: 7 };
    const markers = { data: Uint32Array.of(4, 0, 0, 0, 0, 0, 9), height: 1, width: 7 };
    expect(Array.from(watershed(flat, markers).data)).toEqual([4, 4, 4, 4, 9, 9, 9]);
  });

  it("leaves unreachable pixels and masked markers at 0", () => {
    const flat = { data: new Float32Array(6), height: 1, width: 6 };
    const markers = { data: Uint32Array.of(1, 0, 2, 0, 0, 0), height: 1, width: 6 };
    const open = { data: Uint8Array.of(1, 1, 0, 0, 1, 1), height: 1, width: 6 };
    expect(Array.from(watershed(flat, markers, open).data)).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it("refuses markers of another size", () => {
    const markers = { data: new Uint32Array(4), height: 2, width: 2 };
    expect(() => watershed(plane("smooth"), markers)).toThrow(ShapeError);
  });
});

describe("peakLocalMaxima", () => {
  it.each([
    ["peaks", "smooth", { minDistance: 4, threshold: 1.5 }],
    ["peaksOfImage", "image", { minDistance: 2 }],
  ] as const)("equals skimage.feature.peak_local_max: %s", (key, input, options) => {
    const found = peakLocalMaxima(plane(input), options).map(({ y, x }) => [y, x]);
    expect(found).toEqual(value<number[][]>(key));
  });

  it("finds every highest pixel once, on plateaus too", () => {
    const someHeights = fc.tuple(anyMask, anyMask).map(([a, b]) => ({
      ...a,
      data: Float32Array.from(a.data, (value, i) => value + (b.data[i % b.data.length] ?? 0)),
    }));
    fc.assert(
      fc.property(someHeights, fc.integer({ min: 1, max: 4 }), (plane, minDistance) => {
        const { data, width } = plane;
        const place = (i: number) => [Math.floor(i / width), i % width] as const;
        const isNear = (i: number, y: number, x: number) =>
          Math.max(Math.abs(place(i)[0] - y), Math.abs(place(i)[1] - x)) <= minDistance;
        const peaks = peakLocalMaxima(plane, { minDistance });
        const isHighest = (i: number) =>
          data[i]! > Math.min(...data) && data.every((value, j) => !isNear(j, ...place(i)) || value <= data[i]!);

        for (const { y, x } of peaks) expect(isHighest(y * width + x)).toBe(true);
        for (const [k, { y, x }] of peaks.entries())
          expect(peaks.every((other, l) => k === l || !isNear(other.y * width + other.x, y, x))).toBe(true);
        for (const i of data.keys())
          if (isHighest(i)) expect(peaks.some(({ y, x, value }) => isNear(i, y, x) && value === data[i])).toBe(true);
      }),
    );
  });

  it("finds nothing on flat ground", () => {
    expect(peakLocalMaxima({ data: new Float32Array(9).fill(2), height: 3, width: 3 })).toEqual([]);
  });

  it("finds a peak in the corner", () => {
    const corner = { data: Float32Array.of(3, 1, 1, 1), height: 2, width: 2 };
    expect(peakLocalMaxima(corner)).toEqual([{ y: 0, x: 0, value: 3 }]);
  });
});
