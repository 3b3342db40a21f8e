import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histogram, medianOf, otsuThreshold, percentile } from "../../src/image/index.ts";
import { anyPlane } from "./arbitrary.ts";
import { fixture } from "./fixture.ts";

const { plane, value } = fixture("statistics");

describe("percentile", () => {
  it("equals numpy.percentile", () => {
    const found = value<number[]>("percentages").map((p) => percentile(plane("image"), p));
    expect(found).toBeAllclose(value<number[]>("percentiles"), { relative: 1e-12 });
  });

  it("selects as sorting would, with many equal values too", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 60 }),
        fc.nat(100),
        (list, p) => {
          const sorted = list.toSorted((a, b) => a - b);
          const position = (p / 100) * (list.length - 1);
          const [lower, upper] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
          expect(percentile(list, p)).toBeCloseTo(lower + (position - Math.floor(position)) * (upper - lower), 12);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("leaves its input alone", () => {
    const list = [3, 1, 2];
    expect(percentile(list, 50)).toBe(2);
    expect(list).toEqual([3, 1, 2]);
  });

  it("is not a number for no values", () => {
    expect(percentile([], 50)).toBeNaN();
  });
});

describe("medianOf", () => {
  it("equals numpy.median", () => {
    expect(medianOf(plane("skewed"))).toBe(value<number>("median"));
    expect(medianOf([1, 2, 10, 4])).toBe(3);
  });
});

describe("histogram", () => {
  it("equals numpy.histogram", () => {
    const { counts, edges } = histogram(plane("image"), { bins: 37 });
    expect(Array.from(counts)).toEqual(value<number[]>("counts"));
    expect(edges).toBeAllclose(value<number[]>("edges"), { relative: 1e-6 });
  });

  it("leaves out what lies beyond its range", () => {
    const { counts } = histogram(plane("image"), { bins: 10, range: [50, 150] });
    expect(Array.from(counts)).toEqual(value<number[]>("countsInRange"));
  });

  it("counts every value once, in the bin whose limits hold it", () => {
    fc.assert(
      fc.property(anyPlane, fc.integer({ min: 1, max: 20 }), (plane, bins) => {
        const { counts, edges } = histogram(plane, { bins });
        const expected = new Float64Array(bins);
        for (const value of plane.data) {
          const bin = edges.findLastIndex((edge) => edge <= value);
          expected[Math.min(bin, bins - 1)]! += 1;
        }
        expect(counts).toEqual(expected);
      }),
    );
  });
});

describe("otsuThreshold", () => {
  it.each([
    ["otsuImage", "image", 256],
    ["otsuImage64", "image", 64],
    ["otsuSkewed", "skewed", 256],
  ])("equals skimage.filters.threshold_otsu: %s", (key, input, bins) => {
    expect(otsuThreshold(plane(input), bins)).toBeCloseTo(value<number>(key), 4);
  });

  it("parts two grey levels, and leaves nothing above a single one", () => {
    const threshold = otsuThreshold([2, 2, 2, 9, 9]);
    expect(threshold).toBeGreaterThanOrEqual(2);
    expect(threshold).toBeLessThan(9);
    expect(otsuThreshold([5, 5, 5])).toBe(5);
  });
});
