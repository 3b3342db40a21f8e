import { describe, expect, test } from "vitest";
import type { Tensor, TensorData } from "../../src/core/tensor.ts";
import { createGraph, type Graph, type Value } from "../../src/engine/graph.ts";
import { gather, oneHot, scatterAdd, uniformNoise } from "../../src/engine/ops/index.ts";
import { compileFunction } from "../../src/engine/step.ts";
import { scalar } from "./fixture.ts";
import { missingWebgpu } from "./webgpu.ts";

const missing = await missingWebgpu("integers on WebGPU");

// The samples of operators.test.ts have their integers in the graph, where the runtime works them out beforehand
const indices = { data: Int32Array.of(1, 3, 3, 6, 0), shape: [5] };
const given = (length: number, shape: number[]) => ({ data: Float32Array.from({ length }, (_, i) => i - 3.5), shape });

const cases: Readonly<
  Record<string, { inputs: Readonly<Record<string, Tensor<TensorData>>>; of: (graph: Graph) => Value }>
> = {
  "numbers of dropout": {
    inputs: { seed: scalar(7), counter: scalar(3) },
    of: (graph) =>
      uniformNoise([40, 50], { seed: graph.input("seed", []), counter: graph.input("counter", []), key: "a" }),
  },
  gather: {
    inputs: { x: given(21, [7, 3]), indices },
    of: (graph) => gather(graph.input("x", [7, 3]), graph.input("indices", [5], "int32")),
  },
  scatterAdd: {
    inputs: { z: given(15, [5, 3]), indices },
    of: (graph) => scatterAdd(graph.input("z", [5, 3]), graph.input("indices", [5], "int32"), { axis: 0, extent: 7 }),
  },
  oneHot: {
    inputs: { indices },
    of: (graph) => oneHot(graph.input("indices", [5], "int32"), { classes: 7 }),
  },
};

describe.each(Object.entries(cases))("%s, from inputs", (_, { inputs, of }) => {
  const run = async (options: Parameters<typeof compileFunction>[2]) => {
    const graph = createGraph();
    const compiled = await compileFunction(graph, { y: of(graph) }, options);
    const { y } = await compiled.run(inputs);
    await compiled.release();
    return y!.data;
  };

  test("the lowering for WebGPU gives the bits of the portable one", async () => {
    expect(await run({ lowering: "webgpu" })).toEqual(await run({ lowering: "portable" }));
  });

  test.skipIf(missing !== undefined)("and so does WebGPU", async () => {
    expect(await run({ device: "webgpu" })).toEqual(await run({ lowering: "portable" }));
  });
});
