import { describe, expect, it } from "vitest";
import { emptyLabelMap, emptyPlane, type LabelMap, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { outlineContrast } from "../../src/metrics/outline-contrast.ts";
import { drawn, pictured } from "./planted-scene.ts";

/** Image that is flat inside every object and outside: its contrast is known exactly. */
function flat(labels: LabelMap, levels: readonly number[], background = 0.1): Plane {
  const image = emptyPlane(labels.height, labels.width);
  labels.data.forEach((label, pixel) => {
    image.data[pixel] = label === 0 ? background : levels[label - 1]!;
  });
  return image;
}

const two = drawn(
  [
    { y: 20, x: 20, radiusY: 10, radiusX: 10 },
    { y: 20, x: 50, radiusY: 8, radiusX: 12 },
  ],
  64,
);

describe("outlineContrast", () => {
  it("is the step of flat objects, in each of its units", () => {
    const [bright, dim] = outlineContrast(flat(two, [0.5, 0.2]), two);
    expect(bright).toMatchObject({ label: 1, toNoise: Infinity });
    expect(bright!.contrast).toBeCloseTo(0.4, 6);
    expect(dim!.contrast).toBeCloseTo(0.1, 6);
    // The larger object sets the median foreground.
    expect([bright!.relative, dim!.relative].map((value) => +value.toFixed(4))).toEqual([1, 0.25]);
  });

  it("is negative for objects darker than their surroundings, and 0 for absent ones", () => {
    const [dark, absent] = outlineContrast(flat(two, [0, 0.1]), two);
    expect(dark!.contrast).toBeCloseTo(-0.1, 6);
    expect(absent).toMatchObject({ contrast: 0, toNoise: 0 });
  });

  it("falls to a fraction when the label lies a quarter of a diameter beside its object", () => {
    const nucleus = { y: 32, x: 32, radiusY: 10, radiusX: 10 };
    const image = pictured(drawn([nucleus], 64), random(1), { noise: 0 });
    const contrastAt = (shift: number) =>
      outlineContrast(image, drawn([{ ...nucleus, x: 32 + shift }], 64))[0]!.contrast;
    expect(contrastAt(5)).toBeLessThan(0.4 * contrastAt(0));
    expect(contrastAt(1)).toBeGreaterThan(0.8 * contrastAt(0));
  });

  it("looks at background only, not across the seam of touching objects", () => {
    const touching = emptyLabelMap(24, 40);
    for (let y = 6; y < 18; y++) for (let x = 6; x < 34; x++) touching.data[y * 40 + x] = x < 20 ? 1 : 2;
    const contrasts = outlineContrast(flat(touching, [0.5, 0.3]), touching).map(({ contrast }) => contrast);
    expect(contrasts[0]).toBeCloseTo(0.4, 6);
    expect(contrasts[1]).toBeCloseTo(0.2, 6);
  });

  it("compares an object that is walled in with the background at large", () => {
    const walled = emptyLabelMap(40, 40);
    for (let y = 6; y < 34; y++)
      for (let x = 6; x < 34; x++) walled.data[y * 40 + x] = Math.hypot(y - 20, x - 20) < 5 ? 2 : 1;
    const contrasts = outlineContrast(flat(walled, [0.5, 0.3]), walled).map(({ contrast }) => contrast);
    expect(contrasts[1]).toBeCloseTo(0.2, 6);
  });

  it("gives an object that fills the image no contrast", () => {
    const everything = { ...emptyLabelMap(5, 5), data: new Uint32Array(25).fill(3) };
    expect(outlineContrast(flat(everything, [0, 0, 1]), everything)).toEqual([
      { label: 3, contrast: 0, relative: 0, toNoise: 0 },
    ]);
  });
});
