import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Mask } from "../../src/core/plane.ts";
import {
  closing,
  components,
  dilation,
  distanceTransform,
  erosion,
  fillHoles,
  opening,
  squaredDistanceTransform,
} from "../../src/image/index.ts";
import { anyMask } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const { mask, plane } = fixture("masks");

/** Squared distance of pixel `i` to the nearest pixel of this value, by looking at all of them. */
function bruteSquaredDistance({ data, width }: Mask, i: number, value: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let j = 0; j < data.length; j++) {
    if (data[j] !== value) continue;
    const dy = Math.floor(i / width) - Math.floor(j / width);
    const dx = (i % width) - (j % width);
    nearest = Math.min(nearest, dy * dy + dx * dx);
  }
  return nearest;
}

describe("distanceTransform", () => {
  it.each([
    ["mask", "distance"],
    ["speckled", "distanceSpeckled"],
  ])("equals scipy.ndimage.distance_transform_edt: %s", (key, expected) => {
    expect(distanceTransform(mask(key)).data).toEqual(plane(expected).data);
  });

  it("equals brute force exactly, on any mask", () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const expected = Float64Array.from(mask.data, (_, i) => bruteSquaredDistance(mask, i, 0));
        expect(squaredDistanceTransform(mask)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("is infinite where nothing is outside", () => {
    const full = { data: new Uint8Array(6).fill(1), height: 2, width: 3 };
    expect(Array.from(distanceTransform(full).data)).toEqual(Array(6).fill(Number.POSITIVE_INFINITY));
  });
});

describe("morphology by discs", () => {
  it.each([
    ["erosion", erosion, [1, 2, 3]],
    ["dilation", dilation, [1, 2, 3]],
    ["opening", opening, [2, 4]],
    ["closing", closing, [2, 4]],
  ] as const)("equals skimage.morphology.%s", (name, operation, radii) => {
    for (const radius of radii)
      expect(operation(mask("mask"), radius).data, `radius ${radius}`).toEqual(mask(`${name}${radius}`).data);
  });

  it("grows to exactly the pixels within the radius", () => {
    fc.assert(
      fc.property(anyMask, fc.double({ min: 0, max: 6, noNaN: true }), (mask, radius) => {
        const expected = mask.data.map((_, i) => (bruteSquaredDistance(mask, i, 1) <= radius ** 2 ? 1 : 0));
        expect(dilation(mask, radius).data).toEqual(expected);
      }),
    );
  });

  it("opens and closes to something that opening and closing leave alone", () => {
    fc.assert(
      fc.property(anyMask, fc.integer({ min: 1, max: 3 }), (mask, radius) => {
        const opened = opening(mask, radius);
        expect(opening(opened, radius)).toEqual(opened);
        expect(opened.data.every((inside, i) => inside <= mask.data[i]!)).toBe(true);
        const closed = closing(mask, radius);
        expect(closing(closed, radius)).toEqual(closed);
        expect(closed.data.every((inside, i) => inside >= mask.data[i]!)).toBe(true);
      }),
    );
  });
});

describe("fillHoles", () => {
  it.each([
    ["mask", "filled"],
    ["speckled", "filledSpeckled"],
  ])("equals scipy.ndimage.binary_fill_holes: %s", (key, expected) => {
    expect(fillHoles(mask(key)).data).toEqual(mask(expected).data);
  });

  it("leaves no outside piece that misses the border", () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const { data, height, width } = fillHoles(mask);
        const outside = components({ data: data.map((inside) => 1 - inside), height, width }, { connectivity: 4 });
        const reachesBorder = new Set<number>();
        outside.data.forEach((label, i) => {
          const [y, x] = [Math.floor(i / width), i % width];
          if (y === 0 || x === 0 || y === height - 1 || x === width - 1) reachesBorder.add(label);
        });
        expect(outside.data.every((label) => label === 0 || reachesBorder.has(label))).toBe(true);
      }),
    );
  });
});
