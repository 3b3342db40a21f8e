import { expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { exportModel } from "../../src/engine/export.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { heInit } from "../../src/engine/initializers.ts";
import { conv2d, instanceNorm, relu } from "../../src/engine/ops/index.ts";
import { openSession } from "../../src/engine/session.ts";
import { compileFunction, initialState } from "../../src/engine/step.ts";
import { decodeModel } from "../../src/onnx/decode.ts";
import { normal } from "./differentiation.ts";

const graph = createGraph();
const image = graph.input("image", [1, 1, 8, 8]);
const features = relu(instanceNorm(conv2d(image, graph.parameter("w", [4, 1, 3, 3], heInit()), { padding: 1 })));
const state = initialState([graph], random(0));

test("the file is standard ONNX, has its weights and notes, and computes what the graph does", async () => {
  const bytes = exportModel(graph, { inputs: ["image"], outputs: { features }, state, metadata: { range: "[-1, 1]" } });
  const model = decodeModel(bytes);
  expect(model).toMatchObject({ irVersion: 10, opsets: { "": 20 }, metadata: { range: "[-1, 1]" } });
  expect(model.inputs).toEqual([{ name: "image", dataType: "float32", shape: [1, 1, 8, 8] }]);
  expect(model.outputs).toEqual([{ name: "features", dataType: "float32", shape: [1, 4, 8, 8] }]);

  const x = normal({ shape: [1, 1, 8, 8] }, random(1));
  const [session, compiled] = [await openSession(bytes), await compileFunction(graph, { features }, { state })];
  const expected = (await compiled.run({ image: x })).features!;
  expect((await session.run({ image: x })).features!.data).toBeAllclose(expected.data, { absolute: 1e-6 });
  await session.release();
  await compiled.release();
});

test("an output cannot take the name of an input or weight", () => {
  expect(() => exportModel(graph, { outputs: { image: features }, state })).toThrow(
    'output "image": expected a name of its own',
  );
  expect(() => exportModel(graph, { outputs: { w: features }, state })).toThrow('output "w"');
});

test("missing weights and other inputs than named are refused", () => {
  expect(() => exportModel(graph, { outputs: { features }, state: new Map() })).toThrow('numbers for "w"');
  expect(() => exportModel(graph, { inputs: ["picture"], outputs: { features }, state })).toThrow("inputs picture");
});
