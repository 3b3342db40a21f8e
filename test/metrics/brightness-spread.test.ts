import { describe, expect, it } from "vitest";
import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { brightnessSpread } from "../../src/metrics/brightness-spread.ts";
import { withDiscs } from "../drawn-discs.ts";

const nuclei = withDiscs(80, 80, [
  [20, 20, 9],
  [20, 60, 9],
  [60, 20, 9],
  [60, 60, 9],
]);

/** An image of labels, each as bright as its level says. */
function painted(labels: LabelMap, levels: readonly number[]): Plane {
  return { ...labels, data: Float32Array.from(labels.data, (label) => levels[label]!) };
}

describe("spread of brightness between objects", () => {
  it("is 0 where all are equally bright", () => {
    expect(brightnessSpread(painted(nuclei, [0.1, 0.5, 0.5, 0.5, 0.5]), nuclei)).toBeCloseTo(0, 6);
  });

  it("is the standard deviation of the logarithms of what lies above the background", () => {
    // Logarithms ±ln 2 around their mean: squares 4 · (ln 2)², over n − 1 = 3
    const spread = brightnessSpread(painted(nuclei, [0.1, 0.2, 0.2, 0.5, 0.5]), nuclei)!;
    expect(spread).toBeCloseTo(Math.sqrt((4 * Math.log(2) ** 2) / 3), 5);
  });

  it("does not depend on exposure", () => {
    const levels = [0, 0.2, 0.3, 0.4, 0.5];
    const dim = brightnessSpread(painted(nuclei, levels), nuclei, { background: 0 })!;
    const bright = painted(
      nuclei,
      levels.map((level) => 1.7 * level),
    );
    expect(brightnessSpread(bright, nuclei, { background: 0 })).toBeCloseTo(dim, 5);
  });

  it("leaves pieces out, and says nothing of few objects", () => {
    const withPiece = { ...nuclei, data: nuclei.data.slice() };
    withPiece.data.set([5, 5, 5]);
    const image = painted(withPiece, [0.1, 0.5, 0.5, 0.5, 0.5, 0.9]);
    expect(brightnessSpread(image, withPiece)).toBeCloseTo(0, 6);
    expect(brightnessSpread(image, withPiece, { fewestObjects: 5 })).toBeUndefined();
  });

  it("refuses an image of another size", () => {
    expect(() => brightnessSpread(painted(withDiscs(10, 10, []), [0.1]), nuclei)).toThrow(/brightnessSpread/);
  });
});
