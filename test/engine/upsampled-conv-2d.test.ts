import { expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { productOperations } from "../../src/engine/diagnostics/product-operations.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { conv2d, upsampledConv2d, upsampleNearest2d } from "../../src/engine/ops/index.ts";
import { differentiated, normal } from "./differentiation.ts";

const short = ([x, w, bias]: readonly Value[]) => upsampledConv2d(x!, w!, { bias });
const plain = ([x, w, bias]: readonly Value[]) =>
  conv2d(upsampleNearest2d(x!, 2), w!, { padding: (w!.shape[3]! - 1) / 2, bias });

test.each([
  ["one image, few channels", [1, 3, 5, 4], 2, 3],
  ["blocks", [2, 32, 6, 8], 16, 3],
  ["five taps", [2, 16, 6, 8], 16, 5],
  ["one tap", [1, 3, 4, 4], 2, 1],
] as const)("%s: output, gradient and second derivative of the plain form", async (_name, shape, channels, side) => {
  const inputs = [shape, [channels, shape[1], side, side], [channels]].map((each, i) =>
    normal({ shape: each }, random(i)),
  );
  const [n, , h, w] = shape;
  const cotangent = normal({ shape: [n, channels, 2 * h, 2 * w] }, random(9));
  for (const lowering of ["portable", "cpu"] as const) {
    const [received, expected] = await Promise.all(
      [short, plain].map(async (form) => {
        const model = await differentiated(form, inputs, cotangent, lowering);
        const results = await model.run(inputs);
        await model.release();
        return results;
      }),
    );
    const pairs = [
      [received!.output, expected!.output],
      ...received!.first.map((each, i) => [each, expected!.first[i]!]),
      ...received!.second.map((each, i) => [each, expected!.second[i]!]),
    ];
    for (const [ours, reference] of pairs) {
      const largest = reference!.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(ours!.shape).toEqual(reference!.shape);
      expect(ours!.data).toBeAllclose(reference!.data, { relative: 1e-5, absolute: 1e-5 * largest });
    }
  }
});

test.each([
  [3, 4 / 9],
  [5, 9 / 25],
])("takes fewer multiplications with filters of %d taps, but for those of its filters", (side, share) => {
  const operations = (form: typeof short) => {
    const graph = createGraph();
    const values = [[1, 8, 128, 128], [8, 8, side, side], [8]].map((shape, i) => graph.input(`${i}`, shape));
    return productOperations({ graph, outputs: { y: form(values) } });
  };
  expect(operations(short) / operations(plain)).toBeCloseTo(share, 2);
});

test.each([[[2, 2, 4, 4]], [[2, 2, 3, 5]]])("refuses filters %j", (shape) => {
  const graph = createGraph();
  expect(() => upsampledConv2d(graph.input("x", [1, 2, 4, 4]), graph.input("w", shape))).toThrow(ShapeError);
});
