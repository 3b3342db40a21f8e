import { describe, expect, test } from "vitest";
import { GraphError, ShapeError } from "../../src/core/errors.ts";
import { createGraph, uniformConstant } from "../../src/engine/graph.ts";
import { onesInit, zerosInit } from "../../src/engine/initializers.ts";
import {
  add,
  broadcastTo,
  concat,
  conv2d,
  matMul,
  mul,
  neg,
  reshape,
  slice,
  sum,
  transpose,
} from "../../src/engine/ops/index.ts";

describe("sharing", () => {
  test("the same operator on the same inputs is the same value", () => {
    const graph = createGraph();
    const x = graph.input("x", [2, 3]);
    expect(mul(x, 2)).toBe(mul(x, 2));
    expect(mul(x, 2)).not.toBe(mul(x, 3));
    expect(sum(x, { axes: [0] })).toBe(sum(x, { axes: [-2] }));
  });

  test("equal constants are one, unless shape or sign of zero differs", () => {
    const graph = createGraph();
    const long = Float32Array.from({ length: 1000 }, (_, i) => i);
    expect(graph.constant(long)).toBe(graph.constant(long.slice()));
    expect(graph.constant(0)).not.toBe(graph.constant(-0));
    expect(graph.constant(1, [2])).not.toBe(graph.constant(1, [2, 1]));
    expect(graph.constant(new Int32Array([1]))).not.toBe(graph.constant(new Float32Array([1])));
  });

  test("a parameter asked for again is shared", () => {
    const graph = createGraph();
    expect(graph.parameter("w", [3], onesInit)).toBe(graph.parameter("w", [3], zerosInit));
    expect(graph.parameters().map(({ name }) => name)).toEqual(["w"]);
  });
});

describe("simplification", () => {
  const graph = createGraph();
  const x = graph.input("x", [2, 3]);

  test("numbers are folded as float32", () => {
    expect(uniformConstant(add(graph.constant(0.1), 0.2))).toBe(Math.fround(Math.fround(0.1) + Math.fround(0.2)));
    expect(uniformConstant(neg(graph.constant(2)))).toBe(-2);
  });

  test("neutral elements vanish, but not where they enlarge", () => {
    expect(add(x, 0)).toBe(x);
    expect(mul(1, x)).toBe(x);
    expect(add(x, graph.constant(0, [4, 2, 3])).shape).toEqual([4, 2, 3]);
    expect(reshape(reshape(x, [6]), [2, 3])).toBe(x);
    expect(slice(x, { starts: [0] })).toBe(x);
    expect(concat([x], 0)).toBe(x);
    expect(transpose(transpose(x))).toBe(x);
  });

  test("repetition is put off and factors join", () => {
    const scalar = graph.input("s", []);
    expect(mul(broadcastTo(scalar, [2, 3]), x)).toBe(mul(scalar, x));
    expect(mul(mul(x, 2), 3)).toBe(mul(x, 6));
  });
});

describe("errors", () => {
  const graph = createGraph();
  const x = graph.input("x", [2, 16, 8, 8]);

  test("say the operator, what it expected and what it got", () => {
    const weight = graph.parameter("w", [64, 32, 3, 3], onesInit);
    expect(() => conv2d(x, weight)).toThrow(
      "conv2d: expected 32 input channels (weight [64, 32, 3, 3], 1 groups), got 16 (x [2, 16, 8, 8]).",
    );
    expect(() => add(x, graph.constant(1, [5]))).toThrow(ShapeError);
    expect(() => matMul(x, x)).not.toThrow();
    expect(() => matMul(x, graph.constant(1, [3, 3]))).toThrow(ShapeError);
    expect(() => conv2d(x, graph.constant(1, [1, 16, 9, 9]))).toThrow("an image at least as large as the kernel");
  });

  test("names mean one thing", () => {
    graph.state("moment", [2], zerosInit);
    expect(() => graph.parameter("moment", [2], zerosInit)).toThrow(GraphError);
    expect(() => graph.state("moment", [3], zerosInit)).toThrow(ShapeError);
    expect(() => graph.input("x", [1])).toThrow(GraphError);
  });

  test("assignments fit, happen once, and stay in the graph", () => {
    const moment = graph.state("moment", [2], zerosInit);
    expect(() => graph.assign(moment, x)).toThrow(ShapeError);
    graph.assign(moment, mul(moment, 2));
    expect(() => graph.assign(moment, moment)).toThrow("a second one");
    const other = createGraph();
    expect(() => other.assign(moment, moment)).toThrow(GraphError);
    expect(() => add(x, other.input("y", [1]))).toThrow("values of one graph");
  });
});
