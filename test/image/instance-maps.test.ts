import { describe, expect, it } from "vitest";
import { emptyLabelMap } from "../../src/core/plane.ts";
import { instanceMaps, instancesFromMaps, withoutSpecks } from "../../src/image/instance-maps.ts";
import { matching } from "../../src/metrics/matching.ts";
import { withDiscs } from "../drawn-discs.ts";

describe("instance maps", () => {
  it("say where, how deep, and where two touch", () => {
    const maps = instanceMaps(
      withDiscs(20, 40, [
        [10, 10, 6],
        [10, 22, 6],
      ]),
    );
    expect(maps.foreground.data[10 * 40 + 10]).toBe(1);
    expect(maps.distance.data[10 * 40 + 10]).toBe(1);
    expect(maps.distance.data[10 * 40 + 5]).toBeGreaterThan(0);
    expect(maps.distance.data[10 * 40 + 5]).toBeLessThan(0.5);
    const border = maps.border.data.reduce((sum, value) => sum + value, 0);
    expect(border).toBeGreaterThan(0);
    expect(maps.border.data[10 * 40 + 10]).toBe(0);
    expect(maps.border.data[10 * 40 + 16]).toBe(1);
  });

  it("give the objects back", () => {
    const labels = withDiscs(64, 64, [
      [16, 16, 8],
      [16, 31, 7],
      [45, 20, 10],
      [45, 45, 3],
    ]);
    expect(matching(labels, instancesFromMaps(instanceMaps(labels)), { iou: 0.95 }).truePositives).toBe(4);
  });

  it("keep a piece that has no core as one object", () => {
    const labels = withDiscs(32, 32, [[16, 16, 6]]);
    const maps = instanceMaps(labels);
    maps.distance.data.fill(0);
    expect(matching(labels, instancesFromMaps(maps), { iou: 0.99 }).truePositives).toBe(1);
  });

  it("of an empty map are empty, there and back", () => {
    const maps = instanceMaps(emptyLabelMap(8, 8));
    expect(maps.foreground.data.every((value) => value === 0)).toBe(true);
    expect(instancesFromMaps(maps).data.every((label) => label === 0)).toBe(true);
  });

  it("drop specks and number the rest again", () => {
    const labels = withDiscs(40, 40, [
      [5, 5, 1],
      [20, 20, 6],
      [33, 33, 4],
    ]);
    expect([...new Set(withoutSpecks(labels, 20).data)].sort()).toEqual([0, 1, 2]);
  });
});
