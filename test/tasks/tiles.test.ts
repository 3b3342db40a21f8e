import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { placeTiles, readTile } from "../../src/tasks/segment/tiles.ts";

function ramp(height: number, width: number): Plane {
  return { data: Float32Array.from({ length: height * width }, (_, i) => Math.sin(i)), height, width };
}

describe("tiles", () => {
  it("give the image back when each tile is copied unchanged, for any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 150 }), (height, width) => {
        const source = ramp(height, width);
        const target = emptyPlane(height, width);
        const grid = placeTiles(height, width, { tilePx: 48, overlapPx: 12 });
        for (const tile of grid.tiles) grid.blend(target, tile, readTile(source, tile, 48), 1);
        target.data.forEach((value, i) => {
          expect(value).toBeCloseTo(source.data[i]!, 5);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("overlap by at least what was asked", () => {
    const ys = [...new Set(placeTiles(500, 64, { tilePx: 64, overlapPx: 16 }).tiles.map(({ y }) => y))];
    ys.slice(1).forEach((y, i) => {
      expect(ys[i]! + 64 - y).toBeGreaterThanOrEqual(16);
    });
    expect(ys[0]).toBe(0);
    expect(ys.at(-1)).toBe(500 - 64);
  });

  it("mirror beyond the edge without repeating it", () => {
    const source = ramp(1, 5);
    const row = readTile(source, { y: 0, x: -2 }, 9).slice(0, 9);
    expect([...row]).toEqual([2, 1, 0, 1, 2, 3, 4, 3, 2].map((x) => source.data[x]));
  });
});
