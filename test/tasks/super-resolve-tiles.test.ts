import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CancelledError, DataError } from "../../src/core/errors.ts";
import type { Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { initialState, type State } from "../../src/engine/step.ts";
import { resizePlane } from "../../src/image/resize-plane.ts";
import {
  openSuperResolver,
  type SuperResolverConfig,
  superResolverOutput,
  type TrainedNetwork,
} from "../../src/tasks/super-resolve/index.ts";
import { axisTiles, axisWeights, inPieces } from "../../src/tasks/super-resolve/tiles.ts";
import { lines } from "./super-resolve-toy.ts";

/** A network with random weights everywhere, also where training begins with zeros. */
function untrained(config: SuperResolverConfig, seed: number): TrainedNetwork {
  const graph = createGraph();
  superResolverOutput(graph.input("image", [1, 1, 32, 32]), config);
  const state: State = initialState([graph], random(seed));
  for (const [name, { data, shape }] of state) {
    const stream = random(seed).fork(name);
    state.set(name, { data: data.map((value) => value + 0.05 * stream.normal()), shape });
  }
  return { config, state };
}

const care = { kind: "care", depth: 2, baseChannels: 4, kernel: 3 } as const;
const gated = { kind: "gated", channels: [4, 6], blocks: [1, 1] } as const;
const picture = (height: number, width: number): Plane => resizePlane(lines(random(4), 64), height, width);

function largestDifference(a: Plane, b: Plane): number {
  expect([a.height, a.width]).toEqual([b.height, b.width]);
  return a.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b.data[i]!)), 0);
}

describe("pieces", () => {
  test("begin at multiples, cover the axis, overlap, and have weights that sum to 1", () => {
    const lengths = fc.integer({ min: 1, max: 300 });
    const tiles = fc.record({ tilePx: fc.integer({ min: 24, max: 90 }), overlapPx: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(
        lengths,
        tiles,
        fc.constantFrom(1, 2, 4, 8),
        fc.constantFrom(1, 2, 4),
        (extent, sizes, multiple, scale) => {
          const { length, starts } = axisTiles(extent, { ...sizes, multiple });
          expect(length % multiple).toBe(0);
          expect(starts[0]).toBe(0);
          expect(starts.at(-1)! + length).toBeGreaterThanOrEqual(extent);
          expect(starts.at(-1)!).toBeLessThan(extent);
          // Pieces advance by one multiple at least, which leaves the shortest of them less to share.
          const shared = Math.min(sizes.overlapPx, length - multiple);
          for (const [t, start] of starts.entries()) {
            expect(start % multiple).toBe(0);
            if (t > 0) expect(starts[t - 1]! + length - start).toBeGreaterThanOrEqual(shared);
          }
          const sums = new Float64Array(extent * scale);
          axisWeights(extent, { length, starts }, { overlapPx: sizes.overlapPx, scale }).forEach((weights, t) => {
            weights.forEach((weight, i) => {
              const place = starts[t]! * scale + i;
              if (place < sums.length) sums[place]! += weight;
            });
          });
          expect(sums).toBeAllclose(new Float64Array(extent * scale).fill(1));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("give the image back when nothing is done to them, in any size and enlargement", async () => {
    for (const [height, width, scale] of [
      [50, 131, 1],
      [33, 7, 2],
      [97, 64, 4],
    ] as const) {
      const source = picture(height, width);
      const result = await inPieces(source, { tilePx: 32, overlapPx: 8, multiple: 4, scale }, async (data, h, w) => {
        const piece = { data, height: h, width: w };
        return resizePlane(piece, h * scale, w * scale, { method: "nearest" }).data;
      });
      const expected = resizePlane(source, height * scale, width * scale, { method: "nearest" });
      expect(largestDifference(result, expected)).toBeLessThan(1e-6);
    }
  });
});

describe.each([
  ["CARE's", care, 1],
  ["CARE's", care, 2],
  ["gated", gated, 1],
  ["gated", gated, 2],
] as const)("the %s network (%#)", (_name, network, scale) => {
  const model = untrained({ network, scale }, 11);

  test("gives in pieces what it gives at once, of odd sizes too", async () => {
    const source = picture(101, 131);
    const whole = await openSuperResolver([model], { tilePx: 256 });
    const larger = await openSuperResolver([model], { tilePx: 400, overlapPx: 90 });
    const pieces = await openSuperResolver([model], { tilePx: 96, overlapPx: 64 });
    const expected = await whole.resolve(source);
    expect([expected.height, expected.width]).toEqual([101 * scale, 131 * scale]);
    expect((await larger.resolve(source)).data).toEqual(expected.data);
    const seen: number[] = [];
    const result = await pieces.resolve(source, { onProgress: ({ done, total }) => seen.push(done / total) });
    const contrast = Math.max(...expected.data) - Math.min(...expected.data);
    // What is left of the zeros around a piece, 16 px inside its edge; the middle of CARE's field reaches a little further.
    expect(largestDifference(result, expected) / contrast).toBeLessThan(2e-4);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(1);
    for (const resolver of [whole, larger, pieces]) await resolver.release();
  });
});

describe("an image brighter than any", () => {
  test.each([
    ["gated", gated],
    ["care", care],
  ] as const)("is answered in proportion by the %s network", async (_name, network) => {
    const resolver = await openSuperResolver([untrained({ network, scale: 1 }, 13)]);
    const change = async (gain: number) => {
      const source = { ...picture(32, 32), data: picture(32, 32).data.map((value) => gain * value) };
      const { data } = await resolver.resolve(source);
      return data.reduce((sum, value, i) => sum + Math.abs(value - source.data[i]!), 0) / gain;
    };
    const [usual, brighter, brightest] = [await change(1), await change(30), await change(1000)];
    // A network whose gates grow with the image answers with its square, and this ratio with the gain.
    expect(brighter / usual).toBeLessThan(5);
    expect(brightest / brighter).toBeLessThan(2);
    await resolver.release();
  });
});

describe("an open resolver", () => {
  const model = untrained({ network: gated, scale: 1 }, 12);

  test("brings raw grey levels to the unit scale and back", async () => {
    const source = picture(32, 32);
    const raw = { ...source, data: source.data.map((value) => 400 + 2000 * value) };
    const resolver = await openSuperResolver([model]);
    const percentiles = { low: 0, high: 100 };
    const expected = await resolver.resolve(source, { percentiles });
    const result = await resolver.resolve(raw, { percentiles });
    expect(result.data).toBeAllclose(
      expected.data.map((value) => 400 + 2000 * value),
      { absolute: 1 },
    );
    await resolver.release();
  });

  test("stops when asked, and refuses no model or two scales", async () => {
    const resolver = await openSuperResolver([model]);
    const stop = AbortSignal.abort();
    await expect(resolver.resolve(picture(32, 32), { signal: stop })).rejects.toThrow(CancelledError);
    await resolver.release();
    await expect(openSuperResolver([])).rejects.toThrow(DataError);
    const other = untrained({ network: gated, scale: 2 }, 12);
    await expect(openSuperResolver([model, other])).rejects.toThrow(/scales 1, 2/);
  });
});
