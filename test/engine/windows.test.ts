/** Everything that slides a window over images, for any shape: against the definition, and each operator against its adjoint. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { type Random, random } from "../../src/core/random.ts";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Graph, type Value } from "../../src/engine/graph.ts";
import { lowerings } from "../../src/engine/lowerings/index.ts";
import {
  adaptiveAveragePool2d,
  add,
  averagePool2d,
  conv2d,
  conv2dWeightGradient,
  convTranspose2d,
  maxPool2d,
  mul,
  resize2d,
  sign,
  sum,
} from "../../src/engine/ops/index.ts";
import { openSession } from "../../src/engine/session.ts";
import { dot, normal } from "./differentiation.ts";

/** Results of a graph whose inputs are normal numbers of some shapes. */
async function evaluated(
  shapes: Readonly<Record<string, Shape>>,
  build: (values: Record<string, Value>, graph: Graph) => Record<string, Value>,
  source: Random,
): Promise<Record<string, Tensor>> {
  const graph = createGraph();
  const given = Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => [key, normal({ shape }, source.fork(key))]),
  );
  const values = Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, graph.input(key, shape)]));
  const session = await openSession(lowerings.portable(graph, build(values, graph)));
  const results = await session.run(given);
  await session.release();
  return { ...given, ...results };
}

const between = (min: number, max: number) => fc.integer({ min, max });
const pairs = (min: number, max: number) => fc.tuple(between(min, max), between(min, max));
const window = {
  kernel: pairs(1, 4),
  stride: pairs(1, 3),
  dilation: pairs(1, 2),
  padding: fc.tuple(between(0, 2), between(0, 2), between(0, 2), between(0, 2)),
};
type Geometry = { kernel: Shape; stride: Shape; dilation: Shape; padding: Shape };

/** How often the kernel fits, counted one by one. */
function fits(extent: number, axis: 0 | 1, { kernel, stride, dilation, padding }: Geometry): number {
  let count = 0;
  const last = extent + padding[axis]! + padding[axis + 2]!;
  for (let start = 0; start + dilation[axis]! * (kernel[axis]! - 1) < last; start += stride[axis]!) count++;
  return count;
}

/** Calls back for every output pixel and every tap that lies on the image. */
function forEachTap(
  [height, width]: Shape,
  geometry: Geometry,
  visit: (output: number, input: number, tap: number) => void,
): void {
  const { kernel, stride, dilation, padding } = geometry;
  const [rows, columns] = [fits(height!, 0, geometry), fits(width!, 1, geometry)];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      for (let i = 0; i < kernel[0]!; i++)
        for (let j = 0; j < kernel[1]!; j++) {
          const [row, column] = [
            y * stride[0]! + i * dilation[0]! - padding[0]!,
            x * stride[1]! + j * dilation[1]! - padding[1]!,
          ];
          if (row >= 0 && row < height! && column >= 0 && column < width!)
            visit(y * columns + x, row * width! + column, i * kernel[1]! + j);
        }
}

function expectEqualDots(dots: readonly number[], scale: number): void {
  for (const value of dots) expect(Math.abs(value - dots[0]!)).toBeLessThan(1e-5 * Math.max(1, scale));
}

const length = (tensor: Tensor) => Math.sqrt(dot(tensor, tensor));

describe("convolution", () => {
  const shapes = fc.record({
    ...window,
    n: between(1, 2),
    perGroup: between(1, 3),
    outPerGroup: between(1, 3),
    groups: between(1, 3),
    size: pairs(3, 9),
    seed: between(0, 1000),
  });

  test("equals its definition; image, weight and result are adjoint; sizes are as counted", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ n, perGroup, outPerGroup, groups, size, seed, ...geometry }) => {
        const out = [fits(size[0], 0, geometry), fits(size[1], 1, geometry)];
        fc.pre(out.every((extent) => extent > 0));
        const { kernel, ...rest } = geometry;
        const options = { ...rest, groups };
        const [channels, filters] = [perGroup * groups, outPerGroup * groups];
        const { x, w, z, y, dx, dw } = (await evaluated(
          { x: [n, channels, ...size], w: [filters, perGroup, ...kernel], z: [n, filters, ...out] },
          ({ x, w, z }) => ({
            y: conv2d(x!, w!, options),
            dx: convTranspose2d(z!, w!, { ...options, outputSize: size }),
            dw: conv2dWeightGradient(x!, z!, { ...options, kernel }),
          }),
          random(seed),
        )) as Record<"x" | "w" | "z" | "y" | "dx" | "dw", Tensor>;

        expect(y.shape).toEqual([n, filters, ...out]);
        expect(dx.shape).toEqual(x.shape);
        expect(dw.shape).toEqual(w.shape);
        expectEqualDots([dot(y, z), dot(x, dx), dot(w, dw)], length(y) * length(z));

        const expected = new Float64Array(y.data.length);
        const [pixels, outputs, taps] = [size[0] * size[1], out[0]! * out[1]!, kernel[0] * kernel[1]];
        for (let image = 0; image < n; image++)
          for (let k = 0; k < filters; k++)
            for (let c = 0; c < perGroup; c++) {
              const channel = Math.floor(k / outPerGroup) * perGroup + c;
              forEachTap(size, geometry, (output, input, tap) => {
                expected[(image * filters + k) * outputs + output]! +=
                  x.data[(image * channels + channel) * pixels + input]! * w.data[(k * perGroup + c) * taps + tap]!;
              });
            }
        expect(y.data).toBeAllclose(expected, { relative: 1e-5, absolute: 1e-5 });
      }),
      { numRuns: 60 },
    );
  });

  test("refuses a kernel that never fits", () => {
    const x = createGraph().input("x", [1, 1, 3, 3]);
    expect(() => conv2d(x, x.graph.constant(1, [1, 1, 3, 3]), { dilation: 2, padding: [0, 0, 1, 0] })).toThrow(
      ShapeError,
    );
  });
});

describe("pooling", () => {
  const shapes = fc.record({ ...window, size: pairs(3, 9), seed: between(0, 1000) });

  test("maxima equal their definition, and their derivative goes to where the first of them stands", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), async ({ size, seed, ...geometry }, hasEquals) => {
        const out = [fits(size[0], 0, geometry), fits(size[1], 1, geometry)];
        const { kernel, padding } = geometry;
        fc.pre(out.every((extent) => extent > 0) && padding.every((width, i) => width < kernel[i % 2]!));
        const best = new Float64Array(out[0]! * out[1]!).fill(-Infinity);
        const place = new Int32Array(best.length);
        const { x, z, y, dx } = (await evaluated(
          { numbers: [1, 1, ...size], z: [1, 1, ...out] },
          ({ numbers, z }) => {
            const x = hasEquals ? sign(numbers!) : add(numbers!, 0.5);
            const y = maxPool2d(x, geometry);
            return { x, y, dx: gradient(sum(mul(y, z!)), [x])[0]! };
          },
          random(seed),
        )) as Record<"x" | "z" | "y" | "dx", Tensor>;
        forEachTap(size, geometry, (output, input) => {
          if (x.data[input]! > best[output]!) [best[output], place[output]] = [x.data[input]!, input];
        });
        fc.pre(best.every(Number.isFinite)); // dilated windows may step over a small image
        const slopes = new Float64Array(size[0] * size[1]);
        place.forEach((input, output) => {
          slopes[input]! += z.data[output]!;
        });
        expect(y.shape).toEqual([1, 1, ...out]);
        expect(y.data).toBeAllclose(best, { relative: 0, absolute: 0 });
        expect(dx.data).toBeAllclose(slopes, { absolute: 1e-6 });
      }),
      { numRuns: 100 },
    );
  });

  test("averages equal their definition, with and without the padding", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), async ({ size, seed, ...free }, countPadding) => {
        const geometry = { ...free, dilation: [1, 1] };
        const out = [fits(size[0], 0, geometry), fits(size[1], 1, geometry)];
        const { kernel, stride, padding } = geometry;
        fc.pre(out.every((extent) => extent > 0) && padding.every((width, i) => width < kernel[i % 2]!));
        const { x, y } = (await evaluated(
          { x: [1, 1, ...size] },
          ({ x }) => ({ y: averagePool2d(x!, { kernel, stride, padding, countPadding }) }),
          random(seed),
        )) as Record<"x" | "y", Tensor>;
        const [total, count] = [new Float64Array(y.data.length), new Float64Array(y.data.length)];
        forEachTap(size, geometry, (output, input) => {
          total[output]! += x.data[input]!;
          count[output]!++;
        });
        fc.pre(countPadding || count.every((pixels) => pixels > 0));
        const expected = total.map((value, i) => value / (countPadding ? kernel[0] * kernel[1] : count[i]!));
        expect(y.shape).toEqual([1, 1, ...out]);
        expect(y.data).toBeAllclose(expected, { absolute: 1e-5 });
      }),
      { numRuns: 40 },
    );
  });
});

describe("resizing", () => {
  const maps: Record<string, (x: Value, size: Shape) => Value> = {
    nearest: (x, size) => resize2d(x, { size, mode: "nearest" }),
    bilinear: (x, size) => resize2d(x, { size, mode: "bilinear" }),
    "averages over adapted windows": adaptiveAveragePool2d,
  };

  test.each(Object.entries(maps))("%s: any size, keeps constants, and its gradient is its adjoint", async (_, map) => {
    await fc.assert(
      fc.asyncProperty(pairs(1, 9), pairs(1, 9), between(0, 1000), async (from, to, seed) => {
        const { x, z, y, dx, flat } = (await evaluated(
          { x: [2, 1, ...from], z: [2, 1, ...to] },
          ({ x, z }, graph) => {
            const y = map(x!, to);
            return { y, dx: gradient(sum(mul(y, z!)), [x!])[0]!, flat: map(graph.constant(3, [1, 1, ...from]), to) };
          },
          random(seed),
        )) as Record<"x" | "z" | "y" | "dx" | "flat", Tensor>;
        expect(y.shape).toEqual([2, 1, ...to]);
        expectEqualDots([dot(y, z), dot(x, dx)], length(y) * length(z));
        expect(flat.data).toBeAllclose(new Float32Array(flat.data.length).fill(3), { relative: 1e-6 });
      }),
      { numRuns: 30 },
    );
  });
});
