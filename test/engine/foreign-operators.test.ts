import { expect, test } from "vitest";
import { foldingRules } from "../../src/engine/foreign/folding.ts";
import { foreignRules } from "../../src/engine/foreign/rules/index.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import {
  feedsFor,
  graphModel,
  imported,
  ints,
  literal,
  modelOf,
  node,
  type Plain,
  positive,
  reference,
  slopes,
  type TestInput,
  w,
  x,
} from "./foreign.ts";

type Case = [what: string, opType: string, inputs: TestInput[], attributes?: Plain, options?: Options];
type Options = { opset?: number; results?: number; flat?: boolean };

const image = x(2, 4, 5, 6);
const truths: TestInput = { ...w(2, 3), dataType: "bool", data: Uint8Array.of(1, 0, 0, 1, 1, 0) };

/** One line per form of an operator. `flat`: its derivative is zero or not there, so it is not compared. */
const cases: Case[] = [
  // element by element
  ...["Abs", "Cos", "Erf", "Exp", "Neg", "Sigmoid", "Sin", "Softplus", "Softsign", "Tanh", "Mish", "HardSwish"].map(
    (op): Case => ["", op, [x(2, 3)]],
  ),
  ...["Log", "Reciprocal", "Sqrt"].map((op): Case => ["", op, [positive(2, 3)]]),
  ["", "Sign", [x(2, 3)], {}, { flat: true }],
  ["broadcast", "Add", [x(2, 3, 4), x(3, 1)]],
  ["with a weight", "Sub", [x(2, 3), w(3)]],
  ["", "Mul", [x(2, 3), x(1, 3)]],
  ["by a literal", "Div", [x(2, 3), literal(3)]],
  ["", "Div", [x(2, 3), positive(2, 3)]],
  ["of three", "Max", [x(2, 3), x(2, 3), x(3)]],
  ["", "Min", [x(2, 3), x(2, 3)]],
  ["", "Sum", [x(2, 3), x(2, 1), x(3)]],
  ["", "Mean", [x(2, 3), x(2, 3), x(3)]],
  ["2", "Pow", [x(2, 3), literal(2)]],
  ["0.5", "Pow", [positive(2, 3), literal(0.5)]],
  ["3 as an integer of higher rank", "Pow", [x(2, 3), { ...ints(3), shape: [1, 1, 1] }]],
  ["exponents per column", "Pow", [positive(2, 3), w(3)]],
  ["", "CastLike", [literal(2.5), x(2)], {}, { flat: true }],
  ["", "Where", [truths, x(2, 3), x(3)]],
  // activations
  ["defaults", "LeakyRelu", [x(2, 3)]],
  ["", "LeakyRelu", [x(2, 3)], { alpha: { float: 0.3 } }],
  ["", "Relu", [x(2, 3)]],
  ["", "Elu", [x(2, 3)], { alpha: { float: 0.7 } }],
  ["", "Celu", [x(2, 3)], { alpha: { float: 0.7 } }],
  ["defaults", "Selu", [x(2, 3)]],
  ["", "HardSigmoid", [x(2, 3)], { alpha: { float: 0.3 }, beta: { float: 0.4 } }],
  ["", "ThresholdedRelu", [x(2, 3)], { alpha: { float: 0.5 } }],
  ["exact", "Gelu", [x(2, 3)]],
  ["", "Swish", [x(2, 3)], { alpha: { float: 0.7 } }, { opset: 24 }],
  ["approximate", "Gelu", [x(2, 3)], { approximate: "tanh" }],
  ["both bounds", "Clip", [x(4, 5), literal(-0.5), literal(0.6)]],
  ["one bound", "Clip", [x(4, 5), "", literal(0.2)]],
  ["no bound", "Clip", [x(4, 5)]],
  ["per channel", "PRelu", [image, w(4, 1, 1)]],
  ["one slope", "PRelu", [image, w(1)]],
  // convolutions
  ["", "Conv", [image, w(3, 4, 3, 3), w(3)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
  ["strided, padded unevenly", "Conv", [image, w(3, 4, 3, 2)], { strides: [2, 1], pads: [0, 1, 2, 1] }],
  ["dilated in groups", "Conv", [image, w(6, 2, 2, 2), w(6)], { dilations: [2, 1], group: 2 }],
  ["depthwise", "Conv", [image, w(4, 1, 3, 3)], { group: 4, pads: [1, 1, 1, 1] }],
  ["same, more after", "Conv", [image, w(3, 4, 2, 3)], { auto_pad: "SAME_UPPER", strides: [2, 2] }],
  ["same, more before", "Conv", [image, w(3, 4, 2, 3)], { auto_pad: "SAME_LOWER", strides: [1, 2] }],
  ["valid", "Conv", [image, w(3, 4, 2, 3)], { auto_pad: "VALID" }],
  ["one axis", "Conv", [x(2, 3, 9), w(4, 3, 3), w(4)], { strides: [2], pads: [1, 0] }],
  ["weights computed", "Conv", [image, x(3, 4, 3, 3)]],
  ["", "ConvTranspose", [image, w(4, 3, 3, 3), w(3)], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  ["longer", "ConvTranspose", [image, w(4, 3, 3, 3)], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] }],
  ["in groups", "ConvTranspose", [image, w(4, 3, 2, 2)], { strides: [2, 2], group: 2 }],
  [
    "same",
    "ConvTranspose",
    [image, w(4, 3, 3, 3)],
    { strides: [2, 2], auto_pad: "SAME_UPPER", output_shape: [10, 12] },
  ],
  ["of a size", "ConvTranspose", [image, w(4, 3, 3, 3)], { strides: [2, 2], output_shape: [10, 13] }],
  ["one axis", "ConvTranspose", [x(2, 3, 5), w(3, 2, 4)], { strides: [2], pads: [1, 1] }],
  // pooling
  ["", "MaxPool", [image], { kernel_shape: [2, 2], strides: [2, 2] }],
  ["overlapping, padded", "MaxPool", [image], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ["rounded up", "MaxPool", [image], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }],
  [
    "rounded up, padded",
    "MaxPool",
    [image],
    { kernel_shape: [3, 3], strides: [3, 2], ceil_mode: 1, pads: [1, 1, 1, 1] },
  ],
  ["dilated", "MaxPool", [image], { kernel_shape: [2, 2], dilations: [2, 3] }],
  ["one step", "MaxPool", [image], { kernel_shape: [3, 3] }],
  ["same", "MaxPool", [image], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: "SAME_UPPER" }],
  ["one axis", "MaxPool", [x(2, 3, 8)], { kernel_shape: [3], strides: [2] }],
  ["", "AveragePool", [image], { kernel_shape: [2, 2], strides: [2, 2] }],
  ["padded", "AveragePool", [image], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ["padding counts", "AveragePool", [image], { kernel_shape: [3, 3], pads: [1, 0, 1, 1], count_include_pad: 1 }],
  ["rounded up", "AveragePool", [image], { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 }],
  ["dilated", "AveragePool", [image], { kernel_shape: [2, 2], dilations: [2, 2] }],
  ["", "GlobalAveragePool", [image]],
  ["", "GlobalMaxPool", [image]],
  // normalisation
  ["", "BatchNormalization", [image, w(4), w(4), w(4), { ...w(4), data: Float32Array.of(0.5, 2, 1, 3) }]],
  ["one axis", "BatchNormalization", [x(3, 2), w(2), w(2), w(2), { ...w(2), data: Float32Array.of(0.5, 2) }]],
  ["", "InstanceNormalization", [image, w(4), w(4)], { epsilon: { float: 0.01 } }],
  ["one axis", "InstanceNormalization", [x(2, 4, 7), w(4), w(4)]],
  ["last axis", "LayerNormalization", [x(2, 3, 5), w(5), w(5)]],
  ["two axes", "LayerNormalization", [x(2, 3, 5), w(3, 5)], { axis: 1 }],
  ["per channel", "GroupNormalization", [image, w(4), w(4)], { num_groups: 2 }, { opset: 21 }],
  ["2", "LpNormalization", [x(2, 3)], { axis: 1 }],
  ["1", "LpNormalization", [x(2, 3)], { axis: 0, p: 1 }],
  ["", "RMSNormalization", [x(2, 3, 4), w(4)], {}, { opset: 23 }],
  ["", "LRN", [x(2, 7, 3, 2)], { size: 5, alpha: { float: 0.5 }, beta: { float: 0.6 }, bias: { float: 2 } }],
  ["defaults", "LRN", [x(2, 7, 3, 2)], { size: 3 }],
  // matrices
  ["attention scores", "Einsum", [x(2, 3, 4, 5), x(2, 3, 6, 5)], { equation: "bhid,bhjd->bhij" }],
  ["transposition", "Einsum", [x(2, 3, 4)], { equation: "abc -> cab" }],
  ["row sums", "Einsum", [x(2, 3)], { equation: "ij->i" }],
  ["sum of all", "Einsum", [x(2, 3)], { equation: "ij->" }],
  ["without an arrow", "Einsum", [x(2, 3), x(3, 4)], { equation: "ij,jk" }],
  ["inner products", "Einsum", [x(2, 3), x(2, 3)], { equation: "bi,bi->b" }],
  ["outer product with a sum", "Einsum", [x(2, 3), x(4, 5)], { equation: "ai,bj->ba" }],
  ["positions", "Einsum", [x(2, 3, 4, 5), w(3, 6, 5)], { equation: "bhwc,hkc->bhwk" }],
  ["", "MatMul", [x(2, 3, 4), w(4, 5)]],
  ["batched", "MatMul", [x(2, 1, 3, 4), x(5, 4, 2)]],
  ["row", "MatMul", [x(4), w(4, 5)]],
  ["column", "MatMul", [x(2, 3, 4), w(4)]],
  ["", "Gemm", [x(3, 4), w(4, 5), w(5)]],
  ["", "Gemm", [x(4, 3), w(5, 4), w(3, 5)], { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }],
  ["softer", "Softmax", [x(2, 3, 4)], { axis: 1 }],
  ["old", "Softmax", [x(2, 3, 4)], { axis: 1 }, { opset: 11 }],
  ["", "LogSoftmax", [x(2, 3, 4)]],
  ["", "Attention", [x(2, 3, 4, 5), x(2, 3, 6, 5), x(2, 3, 6, 2)], {}, { opset: 23 }],
  [
    "flat, shared heads",
    "Attention",
    [x(2, 4, 12), x(2, 6, 6), x(2, 6, 4)],
    { q_num_heads: 4, kv_num_heads: 2 },
    { opset: 23 },
  ],
  [
    "causal, scaled",
    "Attention",
    [x(1, 2, 4, 3), x(1, 2, 4, 3), x(1, 2, 4, 3)],
    { is_causal: 1, scale: { float: 0.3 } },
    { opset: 23 },
  ],
  ["masked", "Attention", [x(1, 2, 2, 3), x(1, 2, 3, 3), x(1, 2, 3, 3), w(2, 3)], {}, { opset: 23 }],
  ["masked by truths", "Attention", [x(1, 2, 2, 3), x(1, 2, 3, 3), x(1, 2, 3, 3), truths], {}, { opset: 23 }],
  // moving numbers
  ["", "Concat", [x(2, 3), x(2, 1), w(2, 2)], { axis: -1 }],
  ["two", "Split", [x(2, 6)], { axis: 1 }, { results: 2, opset: 13 }],
  ["unequal", "Split", [x(2, 6), ints(1, 3, 2)], { axis: -1 }, { results: 3 }],
  ["by number", "Split", [x(7, 2)], { num_outputs: 3 }, { results: 3 }],
  ["old", "Split", [x(2, 6)], { axis: 1, split: [2, 4] }, { results: 2, opset: 11 }],
  ["", "Slice", [x(4, 6), ints(1, 0), ints(3, 99)]],
  ["axes and steps", "Slice", [x(4, 7), ints(1), ints(2 ** 40), ints(-1), ints(2)]],
  ["backwards", "Slice", [x(4, 7), ints(-1, 3), ints(-99, 0), ints(1, 0), ints(-2, -1)]],
  ["backwards from beyond the end", "Slice", [x(4, 7), ints(99, 7), ints(-99, 1), ints(0, 1), ints(-1, -3)]],
  ["to before the end", "Slice", [x(4, 7), ints(-5), ints(-1), ints(1), ints(3)]],
  ["one", "Gather", [x(2, 5, 3), { ...ints(-2), shape: [] }], { axis: 1 }],
  ["a run", "Gather", [x(2, 5), ints(1, 2, 3)], { axis: 1 }],
  ["any, in two axes", "Gather", [x(5, 2), { ...ints(4, 0, 0, -1), shape: [2, 2] }]],
  ["", "Reshape", [x(2, 3, 4), ints(0, -1)]],
  ["", "Reshape", [x(2, 3, 4), ints(4, -1, 2)]],
  ["", "Flatten", [x(2, 3, 4)]],
  ["", "Flatten", [x(2, 3, 4)], { axis: -1 }],
  ["", "Squeeze", [x(1, 3, 1)]],
  ["", "Squeeze", [x(1, 3, 1), ints(-1)]],
  ["old", "Unsqueeze", [x(3, 4)], { axes: [0, 2] }, { opset: 11 }],
  ["", "Unsqueeze", [x(3, 4), ints(-1, 0)]],
  ["", "Transpose", [x(2, 3, 4)]],
  ["", "Transpose", [x(2, 3, 4)], { perm: [1, 2, 0] }],
  ["both ways", "Expand", [x(3, 1), ints(2, 1, 4)]],
  ["", "Tile", [x(2, 3), ints(2, 3)]],
  ["", "Identity", [x(2, 3)]],
  ["", "Dropout", [x(2, 3), literal(0.3)]],
  ["to half and back", "Cast", [x(2, 3)], { to: 1 }],
  ["zeros", "Pad", [x(2, 3), ints(1, 0, 0, 2)]],
  ["a number", "Pad", [x(2, 3), ints(1, 0, 0, 2), literal(-2)]],
  ["minus infinity", "Pad", [x(2, 3), ints(0, 1, 0, 1), literal(Number.NEGATIVE_INFINITY)], {}, { flat: true }],
  ["cutting off", "Pad", [x(4, 3), ints(-1, 1, -1, 0)]],
  ["some axes", "Pad", [image, ints(1, 2, 3, 4), "", ints(-1, 2)]],
  ["reflect", "Pad", [image, ints(0, 0, 2, 1, 0, 0, 1, 3)], { mode: "reflect" }],
  ["edge", "Pad", [image, ints(0, 0, 2, 0, 0, 0, 1, 3)], { mode: "edge" }],
  ["", "DepthToSpace", [x(2, 8, 3, 2)], { blocksize: 2 }],
  ["pixel shuffle", "DepthToSpace", [x(2, 8, 3, 2)], { blocksize: 2, mode: "CRD" }],
  ["", "SpaceToDepth", [x(2, 3, 4, 6)], { blocksize: 2 }],
  // reductions
  ...[
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceSum",
    "ReduceSumSquare",
  ].map((op): Case => ["", op, [image, ints(1, -1)], {}]),
  ["", "ReduceLogSum", [positive(2, 3)], { keepdims: 0 }],
  ["old", "ReduceMean", [image], { axes: [2, 3], keepdims: 0 }, { opset: 13 }],
  ["nothing", "ReduceSum", [image], { noop_with_empty_axes: 1 }],
  // resize
  [
    "twice",
    "Resize",
    [image, "", scales(1, 1, 2, 2)],
    { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
  ],
  ["nearest by default", "Resize", [image, "", scales(1, 1, 1.5, 2.3)]],
  ...["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"].flatMap(
    (mode): Case[] => [
      [
        `linear ${mode}`,
        "Resize",
        [image, "", "", ints(2, 4, 8, 3)],
        { mode: "linear", coordinate_transformation_mode: mode },
      ],
      [
        `cubic ${mode}`,
        "Resize",
        [image, "", scales(1, 1, 1.7, 0.6)],
        { mode: "cubic", coordinate_transformation_mode: mode },
      ],
      ...["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].map(
        (nearest): Case => [
          `${nearest} ${mode}`,
          "Resize",
          [image, "", "", ints(2, 4, 9, 4)],
          { nearest_mode: nearest, coordinate_transformation_mode: mode },
        ],
      ),
    ],
  ),
  [
    "cubic inside",
    "Resize",
    [image, "", "", ints(2, 4, 8, 9)],
    { mode: "cubic", exclude_outside: 1, cubic_coeff_a: { float: -0.5 } },
  ],
  ["two axes", "Resize", [image, "", scales(2, 3)], { axes: [2, 3], mode: "linear" }],
  ["old", "Resize", [image, { ...scales(), shape: [0] }, scales(1, 1, 2, 3)], { mode: "linear" }, { opset: 11 }],
];

function scales(...numbers: number[]) {
  return { name: "", dataType: "float32" as const, shape: [numbers.length], data: Float32Array.from(numbers) };
}

test.each(cases)("%s %s as onnxruntime computes it", async (_, opType, inputs, attributes = {}, options = {}) => {
  const model = modelOf(opType, inputs, attributes, options);
  const feeds = feedsFor(model, inputs);
  const [mine, expected] = [await imported(model, feeds), await reference(model, feeds)];
  for (const [name, { data, shape }] of Object.entries(expected)) {
    expect(mine[name]!.shape).toEqual(shape);
    expect(mine[name]!.data).toBeAllclose(data, { relative: 1e-5, absolute: 2e-6 });
  }
});

test.each(cases.filter(([, , , , options]) => !options?.flat))(
  "%s %s has the derivative of what onnxruntime computes",
  async (_, opType, inputs, attributes = {}, options = {}) => {
    const model = modelOf(opType, inputs, attributes, options);
    const { analytic, numeric } = await slopes(model, feedsFor(model, inputs), { step: 2e-3 });
    expect(Math.abs(analytic - numeric)).toBeLessThan(1e-3 + 6e-3 * Math.abs(numeric));
  },
);

/** Comparisons give truth values, which become numbers by a choice. */
test.each(["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"])("%s", async (opType) => {
  const model = graphModel(
    [
      node(opType, ["i0", "i1"], ["c"]),
      node("Not", ["c"], ["d"]),
      node("Cast", ["c"], ["y0"], { to: 1 }),
      node("Where", ["d", "i0", "i1"], ["y1"]),
    ],
    { inputs: { i0: [2, 3], i1: [3] }, outputs: { y0: [2, 3], y1: [2, 3] } },
  );
  const feeds = {
    i0: { shape: [2, 3], data: Float32Array.of(1, 2, 3, -1, 0, 5) },
    i1: { shape: [3], data: Float32Array.of(1, 0, 4) },
  };
  const [mine, expected] = [await imported(model, feeds), await reference(model, feeds)];
  for (const name of ["y0", "y1"]) expect(mine[name]!.data).toEqual(expected[name]!.data);
});

test.each(["And", "Or", "Xor"])("%s", async (opType) => {
  const model = graphModel(
    [
      node("Greater", ["i0", "zero"], ["a"]),
      node("Cast", ["i1"], ["b"], { to: 9 }),
      node(opType, ["a", "b"], ["c"]),
      node("Cast", ["c"], ["y0"], { to: 1 }),
    ],
    { inputs: { i0: [4], i1: [4] }, initializers: [{ ...literal(0), name: "zero" }], outputs: { y0: [4] } },
  );
  const feeds = {
    i0: { shape: [4], data: Float32Array.of(1, 2, -3, -1) },
    i1: { shape: [4], data: Float32Array.of(-1, 0, 4, 0) },
  };
  expect((await imported(model, feeds)).y0!.data).toEqual((await reference(model, feeds)).y0!.data);
});

/** What exporters write for shapes: worked out while reading, and equal to what the runtime works out. */
const folded: [what: string, nodes: ReturnType<typeof node>[], opset?: number][] = [
  ["shape and gather", [shapeOf(), node("Gather", ["s", "n2"], ["r"])]],
  ["a part of a shape", [node("Shape", ["x"], ["r"], { start: 1, end: -1 })]],
  ["size", [node("Size", ["x"], ["r"])]],
  [
    "integer division",
    [shapeOf(), node("Div", ["s", "n3"], ["q"]), node("Neg", ["q"], ["m"]), node("Div", ["m", "n2"], ["r"])],
  ],
  ["remainders", [shapeOf(), node("Neg", ["s"], ["m"]), node("Mod", ["m", "n3"], ["r"])]],
  ["remainders as in C", [shapeOf(), node("Neg", ["s"], ["m"]), node("Mod", ["m", "n3"], ["r"], { fmod: 1 })]],
  [
    "concat and slice",
    [shapeOf(), node("Concat", ["s", "n2", "s"], ["c"], { axis: 0 }), node("Slice", ["c", "n2", "n3"], ["r"])],
  ],
  ["backwards", [shapeOf(), node("Slice", ["s", "m1", "m9", "n0", "m1"], ["r"])]],
  ["range", [node("Range", ["k0", "k7", "k3"], ["r"])]],
  ["range of reals", [node("Cast", ["k7"], ["limit"], { to: 1 }), node("Range", ["f0", "limit", "f2"], ["r"])]],
  ["filled", [node("ConstantOfShape", ["n3"], ["r"], { value: { ...ints(7), name: "v" } })]],
  ["filled by default", [node("ConstantOfShape", ["n3"], ["r"])]],
  ["unsqueeze, expand, tile", [shapeOf(), node("Unsqueeze", ["s", "n0"], ["u"]), node("Tile", ["u", "n23"], ["r"])]],
  ["expand and transpose", [shapeOf(), node("Expand", ["s", "n23x"], ["e"]), node("Transpose", ["e"], ["r"])]],
  ["split", [shapeOf(), node("Split", ["s"], ["r", "rest"], { num_outputs: 2 })]],
  [
    "reshape and reduce",
    [shapeOf(), node("Reshape", ["s", "n22"], ["e"]), node("ReduceProd", ["e", "n0"], ["r"], { keepdims: 0 })],
  ],
  ["sums", [shapeOf(), node("Reshape", ["s", "n22"], ["e"]), node("ReduceSum", ["e"], ["r"])]],
  ["maxima", [shapeOf(), node("ReduceMax", ["s"], ["a"]), node("Min", ["a", "s", "n3"], ["r"])]],
  [
    "floors",
    [
      shapeOf(),
      node("Cast", ["s"], ["f"], { to: 1 }),
      node("Mul", ["f", "f1"], ["g"]),
      node("Floor", ["g"], ["h"]),
      node("Cast", ["h"], ["r"], { to: 7 }),
    ],
  ],
  [
    "ceilings and roots",
    [shapeOf(), node("Cast", ["s"], ["f"], { to: 1 }), node("Sqrt", ["f"], ["g"]), node("Ceil", ["g"], ["r"])],
  ],
  [
    "rounding to even",
    [shapeOf(), node("Cast", ["s"], ["f"], { to: 1 }), node("Div", ["f", "f2"], ["g"]), node("Round", ["g"], ["r"])],
  ],
  ["cutting to integers", [node("Cast", ["f3"], ["r"], { to: 6 })]],
  ["choices", [shapeOf(), node("Equal", ["s", "n3"], ["c"]), node("Where", ["c", "m1", "s"], ["r"])]],
  [
    "places that are not zero",
    [
      shapeOf(),
      node("Greater", ["s", "n3"], ["c"]),
      node("NonZero", ["c"], ["z"]),
      node("Squeeze", ["z", "n0"], ["r"]),
    ],
  ],
  [
    "logic",
    [
      shapeOf(),
      node("Less", ["s", "n3"], ["a"]),
      node("Not", ["a"], ["b"]),
      node("GreaterOrEqual", ["s", "n2"], ["c"]),
      node("And", ["b", "c"], ["d"]),
      node("Or", ["d", "a"], ["e"]),
      node("Cast", ["e"], ["r"], { to: 7 }),
    ],
  ],
  [
    "constants in lists",
    [
      node("Constant", [], ["a"], { value_ints: [4, 5] }),
      node("Constant", [], ["b"], { value_int: 3 }),
      node("Mul", ["a", "b"], ["c"]),
      node("Flatten", ["c"], ["r"], { axis: 0 }),
    ],
  ],
  [
    "powers",
    [
      node("Pow", ["n3", "n2"], ["p"]),
      node("Cast", ["p"], ["q"], { to: 1 }),
      node("Log", ["q"], ["l"]),
      node("Exp", ["l"], ["r"]),
    ],
  ],
  [
    "angles",
    [
      node("Sin", ["f3"], ["a"]),
      node("Cos", ["f3"], ["b"]),
      node("Sub", ["a", "b"], ["c"]),
      node("Abs", ["c"], ["d"]),
      node("Reciprocal", ["d"], ["r"]),
    ],
  ],
  [
    "triangles",
    [
      node("Expand", ["n23x", "n33"], ["e"]),
      node("Trilu", ["e"], ["a"], { upper: 0 }),
      node("Trilu", ["e", "k1"], ["b"]),
      node("Concat", ["a", "b"], ["r"], { axis: 0 }),
    ],
  ],
  [
    "running totals",
    [
      node("Expand", ["n23x", "n33"], ["e"]),
      node("CumSum", ["e", "k1"], ["a"]),
      node("CumSum", ["e", "k0"], ["b"]),
      node("Sub", ["a", "b"], ["r"]),
    ],
  ],
  ["kinds", [shapeOf(), node("CastLike", ["f2", "s"], ["a"]), node("Max", ["a", "s"], ["r"])]],
  ["means", [node("ReduceMean", ["f3"], ["a"]), node("Sign", ["a"], ["b"]), node("Identity", ["b"], ["r"])]],
  [
    "least",
    [
      node("ReduceMin", ["n3", "n0"], ["a"]),
      node("Add", ["a", "k7"], ["b"]),
      node("LessOrEqual", ["b", "k7"], ["c"]),
      node("Cast", ["c"], ["r"], { to: 1 }),
    ],
  ],
];

function shapeOf() {
  return node("Shape", ["x"], ["s"]);
}

const lists: Record<string, ReturnType<typeof ints>> = {
  n0: ints(0),
  n2: ints(2),
  n3: ints(3),
  n22: ints(2, 2),
  n23: ints(2, 3),
  n23x: { ...ints(2, 4) },
  n33: { ...ints(3, 3, 2) },
  m1: ints(-1),
  m9: ints(-99),
  k0: { ...ints(0), shape: [] },
  k1: { ...ints(1), shape: [] },
  k3: { ...ints(3), shape: [] },
  k7: { ...ints(7), shape: [] },
  f0: literal(0),
  f1: literal(1.3),
  f2: literal(2),
};

test.each(folded)("folded while reading: %s", async (_, nodes, opset = 20) => {
  const initializers = Object.entries(lists).map(([name, tensor]) => ({ ...tensor, name }));
  const f3 = node("Constant", [], ["f3"], {
    value: { ...w(4), name: "f3", data: Float32Array.of(-2.7, -0.5, 0.9, 3.6) },
  });
  const model: OnnxModel = graphModel([f3, ...nodes, node("Cast", ["r"], ["y"], { to: 1 })], {
    opset,
    inputs: { x: [2, 5, 3, 4] },
    initializers,
    outputs: { y: undefined },
  });
  const feeds = feedsFor(model);
  const [mine, expected] = [await imported(model, feeds), await reference(model, feeds)];
  expect(mine.y!.shape).toEqual(expected.y!.shape);
  expect(mine.y!.data).toBeAllclose(expected.y!.data, { relative: 1e-6 });
});

test("every rule is met by a case", () => {
  const met = new Set([
    ...cases.map(([, opType]) => opType),
    "And",
    "Or",
    "Xor",
    "Not",
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
  ]);
  expect([...foreignRules.keys()].filter((opType) => !met.has(opType))).toEqual([]);
  const metFolded = new Set(folded.flatMap(([, nodes]) => nodes.map(({ opType }) => opType)));
  expect([...foldingRules.keys()].filter((opType) => !metFolded.has(opType))).toEqual([]);
});
