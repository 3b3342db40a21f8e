import { expect, test } from "vitest";
import type { LabelMap, Plane } from "../../src/core/plane.ts";
import { partOf } from "../../src/image/part-of.ts";

test("a part has the pixels of its rectangle, of planes and of label maps, and is a copy", () => {
  const plane: Plane = { data: Float32Array.from({ length: 20 }, (_, i) => i), height: 4, width: 5 };
  const part = partOf(plane, { top: 1, left: 2, height: 2, width: 3 });
  expect(part).toEqual({ data: Float32Array.of(7, 8, 9, 12, 13, 14), height: 2, width: 3 });
  part.data[0] = 99;
  expect(plane.data[7]).toBe(7);
  const labels: LabelMap = { data: Uint32Array.from(plane.data), height: 4, width: 5 };
  expect(partOf(labels, { top: 3, left: 4, height: 1, width: 1 }).data).toEqual(Uint32Array.of(19));
});
