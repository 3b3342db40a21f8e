import { describe, expect, it } from "vitest";
import { holm } from "../../src/metrics/holm.ts";
import { reference } from "./reference.ts";

describe("holm", () => {
  it("agrees with statsmodels", () => {
    for (const { p, adjusted } of reference<{ cases: { p: number[]; adjusted: number[] }[] }>("holm").cases)
      holm(p).forEach((value, index) => {
        expect(value).toBeCloseTo(adjusted[index]!, 12);
      });
  });

  it("follows the textbook: p = 0.01, 0.04, 0.03, 0.005", () => {
    const expected = [0.03, 0.06, 0.06, 0.02];
    holm([0.01, 0.04, 0.03, 0.005]).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 12);
    });
    expect(holm([])).toEqual([]);
  });
});
