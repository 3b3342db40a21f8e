import { describe, expect, it } from "vitest";
import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { contactBrightness } from "../../src/metrics/contact-brightness.ts";
import { withDiscs } from "../drawn-discs.ts";

const nuclei = withDiscs(60, 60, [
  [20, 18, 9],
  [20, 33, 9],
  [48, 48, 6],
]);

/** An image of labels: each at its level, pixels for which `isSeam` at another. */
function painted(
  labels: LabelMap,
  levels: readonly number[],
  seam?: { readonly columns: readonly number[]; readonly level: number },
): Plane {
  const data = Float32Array.from(labels.data, (label, i) =>
    label > 0 && seam?.columns.includes(i % labels.width) ? seam.level : levels[label]!,
  );
  return { ...labels, data };
}

describe("brightness of contacts", () => {
  it("is 1 where equally bright nuclei touch without a line, one number per pair", () => {
    const ratios = contactBrightness(painted(nuclei, [0.1, 0.55, 0.55, 0.55]), nuclei);
    expect(ratios).toHaveLength(1);
    expect(ratios[0]).toBeCloseTo(1, 6);
  });

  it("falls with a dark line between them", () => {
    const seam = { columns: [22, 23, 24, 25, 26, 27], level: 0.1 + 0.3 * 0.45 };
    expect(contactBrightness(painted(nuclei, [0.1, 0.55, 0.55, 0.55], seam), nuclei)[0]).toBeCloseTo(0.3, 6);
  });

  it("is told in parts of the dimmer one, above the background", () => {
    const [ratio] = contactBrightness(
      painted(nuclei, [0.2, 0.6, 0.4, 0.6], { columns: [22, 23, 24, 25, 26, 27], level: 0.5 }),
      nuclei,
      {
        background: 0.2,
      },
    );
    expect(ratio).toBeCloseTo(0.3 / 0.2, 6);
  });

  it("says nothing of pieces, of a contact of a few pixels, and of nuclei that are darker than the background", () => {
    const image = painted(nuclei, [0.1, 0.55, 0.55, 0.55]);
    expect(contactBrightness(image, nuclei, { smallestAreaPx: 300 })).toEqual([]);
    expect(contactBrightness(image, nuclei, { fewestPixels: 100 })).toEqual([]);
    expect(contactBrightness(painted(nuclei, [0.1, 0.05, 0.05, 0.05]), nuclei)).toEqual([]);
  });

  it("refuses an image of another size", () => {
    expect(() => contactBrightness(painted(withDiscs(10, 10, []), [0.1]), nuclei)).toThrow(/contactBrightness/);
  });
});
