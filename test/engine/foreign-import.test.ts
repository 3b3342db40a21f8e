import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FantascopeError, FormatError, GraphError, ShapeError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { exportModel } from "../../src/engine/export.ts";
import { foreignOpsets, importModel } from "../../src/engine/foreign/import-model.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { mean, square, tanh } from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/index.ts";
import { compileFunction, compileStep, initialState } from "../../src/engine/step.ts";
import { decodeModel } from "../../src/onnx/decode.ts";
import type { Attribute, OnnxModel, OnnxTensor } from "../../src/onnx/model.ts";
import { graphModel, imported, ints, literal, modelOf, node, reference, w, x } from "./foreign.ts";

const named = (name: string, tensor: OnnxTensor): OnnxTensor => ({ ...tensor, name });

/** Convolution, normalisation, a literal, and a second convolution, for images of any number and size. */
const network: OnnxModel = graphModel(
  [
    node("Conv", ["image", "w1", "b1"], ["c1"], { pads: [1, 1, 1, 1] }),
    node("BatchNormalization", ["c1", "scale", "offset", "center", "variance"], ["n1"]),
    node("Relu", ["n1"], ["features"]),
    node("Mul", ["features", "half"], ["halved"]),
    node("Dropout", ["halved"], ["kept"]),
    node("Conv", ["kept", "w2"], ["y"]),
  ],
  {
    inputs: { image: ["N", 1, "H", "W"] },
    initializers: [
      named("w1", w(4, 1, 3, 3)),
      named("b1", w(4)),
      named("scale", { ...w(4), data: Float32Array.of(1, 2, 0.5, 1) }),
      named("offset", { ...w(4), data: Float32Array.of(0.1, 0, -0.2, 0.3) }),
      named("center", { ...w(4), data: Float32Array.of(0.3, -0.1, 0, 0.2) }),
      named("variance", { ...w(4), data: Float32Array.of(1, 0.5, 2, 1.5) }),
      named("half", literal(0.5)),
      named("w2", w(2, 4, 1, 1)),
    ],
    outputs: { y: ["N", 2, "H", "W"] as never },
  },
);
const image: Tensor = { shape: [2, 1, 5, 6], data: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * i)) };

test("weights become parameters with the file's numbers; literals and statistics do not", async () => {
  const graph = createGraph();
  const { parameters, outputs, inputs } = importModel(graph, network, { inputs: { image: image.shape } });
  expect(parameters).toEqual(["w1", "b1", "w2"]);
  expect([...graph.variables.keys()]).toEqual(parameters);
  expect(inputs.image!.shape).toEqual(image.shape);
  expect(outputs.y!.shape).toEqual([2, 2, 5, 6]);
  expect(initialState([graph], random(0)).get("b1")!.data).toEqual(network.initializers[1]!.data);
  const found = await imported(network, { image }, { inputs: { image: image.shape } });
  expect(found.y!.data).toBeAllclose((await reference(network, { image })).y!.data, { absolute: 1e-6 });
});

test("batch normalisation can be trained", async () => {
  const options = { inputs: { image: image.shape }, batchNorm: "trainable" } as const;
  expect(importModel(createGraph(), network, options).parameters).toEqual(["w1", "b1", "scale", "offset", "w2"]);
  const found = await imported(network, { image }, options);
  expect(found.y!.data).toBeAllclose((await reference(network, { image })).y!.data, { absolute: 1e-6 });
});

test("frozen weights are constants, all or by name", () => {
  const all = createGraph();
  expect(importModel(all, network, { inputs: { image: image.shape }, frozen: true }).parameters).toEqual([]);
  expect(all.variables.size).toBe(0);
  const some = importModel(createGraph(), network, { inputs: { image: image.shape }, frozen: (name) => name !== "w2" });
  expect(some.parameters).toEqual(["w2"]);
});

test("what is not frozen is trained by a step, and nothing else changes", async () => {
  const graph = createGraph();
  const { outputs } = importModel(graph, network, { inputs: { image: image.shape }, frozen: (name) => name !== "w2" });
  const loss = mean(square(outputs.y!));
  const trained = graph.parameters();
  adam({ learningRate: 0.05 }).update(graph, { name: "adam", parameters: trained, gradients: gradient(loss, trained) });
  const step = await compileStep({ graph, outputs: { loss } });
  const state = initialState([graph], random(0));
  const losses: number[] = [];
  const rateScale = { shape: [], data: Float32Array.of(1) };
  for (let i = 0; i < 30; i++) losses.push((await step.run(state, { image, rateScale })).outputs.loss!.data[0]!);
  await step.release();
  expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
});

test("what was imported, and trained or not, is exported again", async () => {
  const graph = createGraph();
  const { outputs } = importModel(graph, network, { inputs: { image: image.shape }, batchNorm: "trainable" });
  const bytes = exportModel(graph, { outputs, state: initialState([graph], random(0)) });
  expect((await reference(bytes, { image })).y!.data).toBeAllclose((await reference(network, { image })).y!.data, {
    absolute: 1e-6,
  });
  const again = createGraph(); // and read again
  expect(importModel(again, decodeModel(bytes), { prefix: "again" }).parameters).toContain("again/w1");
});

test("inputs may be values of the graph, and outputs any value of the file", async () => {
  const graph = createGraph();
  const before = graph.input("before", image.shape);
  const model = importModel(graph, network, { inputs: { image: tanh(before) }, outputs: ["features"] });
  expect([...graph.inputs.keys()]).toEqual(["before"]);
  expect(model.parameters).toEqual(["w1", "b1"]);
  expect(model.value("n1").shape).toEqual([2, 4, 5, 6]);
  expect(model.value("b1")).toBe(graph.variables.get("b1"));
  expect(() => model.value("halved")).toThrow(/a value that the outputs need, got "halved"/);
  const compiled = await compileFunction(graph, model.outputs, { state: initialState([graph], random(0)) });
  const squashed = { shape: image.shape, data: image.data.map(Math.tanh) };
  const cut = { ...network, outputs: [{ ...network.outputs[0]!, name: "features" }] };
  const expected = (await reference(cut, { image: squashed })).features!;
  expect((await compiled.run({ before: image })).features!.data).toBeAllclose(expected.data, { absolute: 1e-6 });
  await compiled.release();
});

test("nodes that the wanted outputs do not need may be anything", () => {
  const more = { ...network, nodes: [...network.nodes, node("NonMaxSuppression", ["y"], ["boxes"])] };
  expect(importModel(createGraph(), more, { inputs: { image: image.shape } }).parameters).toHaveLength(3);
});

test("the same model twice shares its weights; another of the same names needs a prefix", () => {
  const graph = createGraph();
  const options = { inputs: { image: graph.input("a", image.shape) } };
  const first = importModel(graph, network, options);
  importModel(graph, structuredClone(network), { inputs: { image: graph.input("b", [1, 1, 9, 9]) } });
  expect(graph.variables.size).toBe(3);
  const other = {
    ...network,
    initializers: network.initializers.map((t) =>
      t.name === "w2" ? named("w2", { ...t, data: new Float32Array(t.data.length) }) : t,
    ),
  };
  expect(() => importModel(graph, other, options)).toThrow(GraphError);
  expect(() => importModel(graph, other, options)).toThrow(/weight "w2": .* got the name of other weights/);
  const prefixed = importModel(graph, other, { inputs: { image: image.shape }, prefix: "other" });
  expect(prefixed.parameters).toEqual(["other/w1", "other/b1", "other/w2"]);
  expect(graph.inputs.has("other/image")).toBe(true);
  expect(first.parameters).toEqual(["w1", "b1", "w2"]);
});

test("weights written as Constant nodes are weights where weights stand, and literals elsewhere", () => {
  const constant = (name: string, value: OnnxTensor) => node("Constant", [], [name], { value });
  const model = graphModel(
    [
      constant("w", w(2, 1, 1, 1)),
      constant("t", w(2, 1, 1)),
      node("Conv", ["x", "w"], ["c"]),
      node("Add", ["c", "t"], ["y"]),
    ],
    { inputs: { x: [1, 1, 2, 2] }, outputs: { y: [1, 2, 2, 2] } },
  );
  expect(importModel(createGraph(), model).parameters).toEqual(["w"]);
  expect(importModel(createGraph(), model, { frozen: true }).parameters).toEqual([]);
});

test("half and double precision are computed in single", async () => {
  const model = graphModel(
    [
      node("Cast", ["h"], ["f"], { to: 1 }),
      node("Mul", ["x", "f"], ["a"]),
      node("Cast", ["d"], ["g"], { to: 1 }),
      node("Add", ["a", "g"], ["y"]),
    ],
    {
      inputs: { x: [2] },
      initializers: [
        { name: "h", dataType: "float16", shape: [2], data: Uint16Array.of(0x3c00, 0xc100) },
        { name: "d", dataType: "float64", shape: [2], data: Float64Array.of(0.1, 1e-3) },
      ],
      outputs: { y: [2] },
    },
  );
  const feeds = { x: { shape: [2], data: Float32Array.of(3, 4) } };
  const graph = createGraph();
  expect(importModel(graph, model).parameters).toEqual(["h", "d"]);
  expect((await imported(model, feeds)).y!.data).toEqual((await reference(model, feeds)).y!.data);
});

test("numbers given for an input are worked into the shapes", async () => {
  const model = graphModel([node("Reshape", ["x", "size"], ["y"])], {
    inputs: { x: [2, 3] },
    outputs: { y: undefined },
  });
  const sized: OnnxModel = { ...model, inputs: [...model.inputs, { name: "size", dataType: "int64", shape: [1] }] };
  const { outputs, inputs } = importModel(createGraph(), sized, {
    inputs: { size: { shape: [1], data: BigInt64Array.of(-1n) } },
  });
  expect(outputs.y!.shape).toEqual([6]);
  expect(Object.keys(inputs)).toEqual(["x"]);
  expect(() => importModel(createGraph(), sized)).toThrow(
    /input "size": expected real numbers, got int64. Give its numbers/,
  );
});

test("initializers that stand among the inputs are their defaults", () => {
  const model = graphModel([node("Add", ["x", "b"], ["y"])], {
    inputs: { x: [2], b: [2] },
    initializers: [named("b", w(2))],
    outputs: { y: [2] },
  });
  expect(importModel(createGraph(), model).parameters).toEqual(["b"]);
  const graph = createGraph();
  expect(importModel(graph, model, { inputs: { b: graph.input("mine", [2]) } }).parameters).toEqual([]);
  const single = graphModel([node("Neg", ["b"], ["n"]), node("Add", ["x", "n"], ["y"])], {
    inputs: { x: [2], b: [1] },
    initializers: [named("b", w(1))],
    outputs: { y: [2] },
  });
  const { inputs } = importModel(graph, single, { inputs: { b: graph.input("single", [1]) }, prefix: "single" });
  expect(Object.keys(inputs)).toEqual(["x", "b"]);
});

test("all unsupported operators are named at once, before anything is built", () => {
  const graph = createGraph();
  const foreign = { ...node("FusedConv", ["b"], ["c"]), domain: "com.microsoft" };
  const model = graphModel(
    [
      { ...node("TopK", ["x"], ["a"]), name: "first" },
      node("TopK", ["a"], ["b"]),
      foreign,
      node("Floor", ["c"], ["d"]),
      node("Shape", ["x"], ["s"]),
      node("Floor", ["half"], ["e"]),
      node("Add", ["d", "e"], ["y"]),
    ],
    { inputs: { x: [2] }, initializers: [named("half", literal(0.5))], outputs: { y: [2] } },
  );
  expect(() => importModel(graph, model)).toThrow(FormatError);
  expect(() => importModel(graph, model)).toThrow(
    /got TopK \("first", "b"\), com\.microsoft\.FusedConv \("c"\), Floor \("d"\)\. Take outputs that lie before/,
  );
  expect(graph.inputs.size + graph.variables.size).toBe(0);
});

const bad: [what: string, model: OnnxModel, message: RegExp, kind?: typeof FormatError | typeof ShapeError][] = [
  ["an old operator set", { ...network, opsets: { "": 10 } }, /version 11 to 26, got version 10. Convert/],
  ["a new operator set", { ...network, opsets: { "": 27 } }, /got version 27/],
  ["no standard operator set", { ...network, opsets: { "com.acme": 1 } }, /another one alone/],
  ["too few inputs", modelOf("Conv", [x(1, 1, 3, 3)]), /Conv "y0": expected an input 1, got none/],
  ["no inputs at all", modelOf("Concat", [], { axis: 0 }), /at least one input/],
  ["a missing attribute", modelOf("Concat", [x(2)]), /an attribute axis/],
  ["an attribute of another kind", modelOf("Concat", [x(2)], { axis: "zero" }), /attribute axis as int, got string/],
  [
    "channels that do not match",
    modelOf("Conv", [x(1, 2, 3, 3), w(1, 1, 3, 3)]),
    /Conv "y0", conv2d: expected 1 input channels/,
    ShapeError,
  ],
  [
    "a kernel that is not the weight's",
    modelOf("Conv", [x(1, 1, 3, 3), w(1, 1, 3, 3)], { kernel_shape: [5, 5] }),
    /a kernel \[3, 3\], got \[5, 5\]/,
  ],
  ["no strides", modelOf("Conv", [x(1, 1, 3, 3), w(1, 1, 3, 3)], { strides: [0, 1] }), /2 strides, none negative/],
  ["negative pads", modelOf("Conv", [x(1, 1, 3, 3), w(1, 1, 1, 1)], { pads: [-1, 0, 0, 0] }), /4 pads, none negative/],
  ["no groups", modelOf("Conv", [x(1, 1, 3, 3), w(1, 1, 1, 1)], { group: 0 }), /1 or more groups/],
  ["three axes of space", modelOf("Conv", [x(1, 1, 3, 3, 3), w(1, 1, 1, 1, 1)]), /Only 1-D and 2-D networks/],
  ["an axis that is not there", modelOf("Concat", [x(2)], { axis: 3 }), /an axis of 1, got 3/],
  [
    "a reshape that does not fit",
    modelOf("Reshape", [x(2, 3), ints(4, -1)]),
    /a shape for the 6 numbers of \[2,3\], got \[4,-1\]/,
  ],
  ["a reshape with a negative extent", modelOf("Reshape", [x(2, 3), ints(-2, -3)]), /a shape for the 6 numbers/],
  ["a place that is not there", modelOf("Gather", [x(3), ints(3)]), /places below 3 on axis 0, got 3/],
  ["an empty slice", modelOf("Slice", [x(3), ints(2), ints(1)]), /an empty one/],
  [
    "an enlargement beyond all numbers",
    modelOf("Expand", [x(1), ints(2 ** 20, 2 ** 20)]),
    /a result of 1 to 2147483647 numbers/,
  ],
  ["padding beyond all numbers", modelOf("Pad", [x(1), ints(2 ** 40, 0)]), /a result of 1 to 2147483647 numbers/],
  [
    "a resize beyond memory",
    modelOf("Resize", [x(1, 1, 9, 9), "", "", ints(1, 1, 2 ** 30, 9)], { mode: "linear" }),
    /a constant of at most/,
  ],
  [
    "pooling beyond memory",
    modelOf("AveragePool", [x(1, 1, 9, 9)], { kernel_shape: [3, 3], pads: [2 ** 30, 0, 0, 0] }),
    /a constant of at most/,
  ],
  [
    "a table from nothing",
    graphModel([node("ConstantOfShape", ["huge"], ["t"]), node("Add", ["x", "t"], ["y"])], {
      inputs: { x: [1] },
      initializers: [named("huge", ints(2 ** 31))],
      outputs: { y: [1] },
    }),
    /a constant of at most 4194304 numbers, got \[2147483648\]/,
  ],
  [
    "a negative size",
    graphModel([node("ConstantOfShape", ["size"], ["t"]), node("Add", ["x", "t"], ["y"])], {
      inputs: { x: [1] },
      initializers: [named("size", ints(-1))],
      outputs: { y: [1] },
    }),
    /a constant of at most/,
  ],
  [
    "division of integers by zero",
    graphModel([node("Div", ["one", "zero"], ["q"]), node("Reshape", ["x", "q"], ["y"])], {
      inputs: { x: [1] },
      initializers: [named("one", ints(1)), named("zero", ints(0))],
      outputs: { y: [1] },
    }),
    /a divisor other than 0/,
  ],
  ["a shape computed at run time", modelOf("Reshape", [x(2, 3), x(2)]), /input 1 to be known before the model runs/],
  ["integers among real numbers", modelOf("Add", [x(2), ints(1)]), /expected real numbers, got int64/],
  ["a cast to integers", modelOf("Cast", [x(2)], { to: 7 }), /a cast to real numbers/],
  [
    "normalisation that is training",
    modelOf("BatchNormalization", [x(1, 2), w(2), w(2), w(2), w(2)], { training_mode: 1 }),
    /its training form. Export the model in evaluation mode/,
  ],
  [
    "statistics of other channels",
    modelOf("BatchNormalization", [x(1, 2), w(2), w(2), w(2), w(3)]),
    /2 numbers per channel, got 3/,
  ],
  ["places of maxima", modelOf("MaxPool", [x(1, 1, 4, 4)], { kernel_shape: [2, 2] }, { results: 2 }), /maxima alone/],
  ["more axes than there are", modelOf("Transpose", [x(2, 3)], { perm: [0, 1, 2] }), /an order of 2 axes/],
  ["an unknown border", modelOf("Pad", [x(3), ints(1, 1)], { mode: "wrap" }), /mode constant, reflect or edge/],
];

test.each(bad)("%s is refused with the node's name", (_, model, message, kind = FormatError) => {
  const given = model.name === network.name && model.inputs[0]?.name === "image" ? { image: image.shape } : {};
  expect(() => importModel(createGraph(), model, { inputs: given })).toThrow(kind);
  expect(() => importModel(createGraph(), model, { inputs: given })).toThrow(message);
});

test("inputs that do not fit the file are refused", () => {
  const graph = createGraph();
  const attempt = (inputs: NonNullable<Parameters<typeof importModel>[2]>["inputs"]) => () =>
    importModel(graph, network, { inputs: inputs! });
  expect(attempt({})).toThrow(/input "image": expected a shape.*got none for axis 0 \("N"\), 2 \("H"\), 3 \("W"\)/);
  expect(attempt({ image: [2, 3, 8, 8] })).toThrow(/expected \[N, 1, H, W\], got \[2, 3, 8, 8\]/);
  expect(attempt({ image: [1, 8, 8] })).toThrow(ShapeError);
  expect(attempt({ image: [0, 1, 8, 8] })).toThrow(ShapeError);
  expect(attempt({ picture: [1, 1, 8, 8] })).toThrow(/expected inputs "image", got "picture"/);
  expect(attempt({ image: createGraph().input("x", [1, 1, 8, 8]) })).toThrow(/a float32 value of this graph/);
  const square: OnnxModel = { ...network, inputs: [{ name: "image", dataType: "float32", shape: [1, 1, "S", "S"] }] };
  expect(() => importModel(graph, square, { inputs: { image: [1, 1, 8, 9] } })).toThrow(ShapeError);
});

test("the newest operator set that is read is the newest that the runtime takes", async () => {
  const feeds = { i0: { shape: [1], data: Float32Array.of(-1) } };
  const at = (opset: number) => ({ ...modelOf("Relu", [x(1)]), irVersion: 13, opsets: { "": opset } });
  await reference(at(foreignOpsets.newest), feeds);
  await expect(reference(at(foreignOpsets.newest + 1), feeds)).rejects.toThrow(FantascopeError);
});

// Damage of two kinds: bytes of files, and what stands in models that still parse.
const files = ["yolo-dynamo-22", "transformer-script-16", "unet-script-17", "efficientnet-dynamo-18"].map((name) => {
  const bytes = readFileSync(new URL(`../../fixtures/foreign/${name}.onnx`, import.meta.url));
  const shape = { y: [2, 3, 64, 64], t: [2, 1, 16, 16], u: [1, 1, 16, 16], e: [1, 3, 48, 48] }[name[0]!]!;
  return { name, bytes, shape };
});

/** Reads a model; only errors on purpose may come out, and not much memory may go in. */
function attempt(make: () => OnnxModel, shape: readonly number[]): boolean {
  const before = process.memoryUsage();
  try {
    importModel(createGraph(), make(), { inputs: { input: shape } });
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(FantascopeError);
    return false;
  } finally {
    const { arrayBuffers } = process.memoryUsage();
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(300e6);
  }
}

test("damaged bytes give a clear error or a model, never anything else", () => {
  const source = random(1);
  let survived = 0;
  for (let i = 0; i < 120; i++) {
    const { bytes, shape } = files[i % files.length]!;
    const damaged = Uint8Array.from(bytes);
    for (let flips = 0; flips < 3; flips++) damaged[source.integer(damaged.length)]! ^= 1 << source.integer(8);
    if (attempt(() => decodeModel(damaged), shape)) survived++;
  }
  expect(survived).toBeLessThan(120);
});

test("damaged numbers and connections give a clear error or a graph, never anything else", () => {
  const source = random(2);
  const hostile = [0, 1, -1, 2, -2, 7, 65536, 1e6, 2 ** 31, -(2 ** 31), 2 ** 40, Number.MAX_SAFE_INTEGER];
  let survived = 0;
  for (let i = 0; i < 240; i++) {
    const { bytes, shape } = files[i % files.length]!;
    const model = decodeModel(bytes);
    const number = source.pick(hostile);
    const victim = source.pick(model.nodes);
    const sizes = model.initializers.filter(({ data }) => data instanceof BigInt64Array && data.length > 0);
    const attributes = { ...victim.attributes };
    const [name, attribute] = Object.entries(attributes)[0] ?? [];
    const inputs = [...victim.inputs];
    const kind = i % 5;
    const damagedTensor = kind === 0 && sizes.length > 0 ? source.pick(sizes) : undefined;
    if (kind === 1 && name && attribute) attributes[name] = damaged(attribute, number);
    if (kind === 2) inputs[source.integer(inputs.length + 1)] = source.pick(model.nodes).outputs[0]!;
    if (kind === 3) inputs.pop();
    const opType = kind === 4 ? source.pick(model.nodes).opType : victim.opType;
    const nodes = model.nodes.map((other) => (other === victim ? { ...victim, inputs, attributes, opType } : other));
    const initializers = model.initializers.map((tensor) =>
      tensor === damagedTensor
        ? { ...tensor, data: (tensor.data as BigInt64Array).with(source.integer(tensor.data.length), BigInt(number)) }
        : tensor,
    );
    if (attempt(() => ({ ...model, nodes, initializers }), shape)) survived++;
  }
  expect(survived).toBeLessThan(240);
});

function damaged(attribute: Attribute, number: number): Attribute {
  if (attribute.type === "int") return { type: "int", value: number };
  return attribute.type === "ints"
    ? { type: "ints", value: attribute.value.with(0, number) }
    : { type: "float", value: number };
}
