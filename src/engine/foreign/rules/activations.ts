import type { Value } from "../../graph.ts";
import {
  add,
  celu,
  clamp,
  elu,
  gelu,
  greater,
  hardSwish,
  leakyRelu,
  mish,
  mul,
  neg,
  relu,
  reshape,
  sigmoid,
  silu,
  softplus,
  softsign,
  sub,
  tanh,
  where,
} from "../../ops/index.ts";
import type { ForeignNode, ForeignRule } from "../foreign-node.ts";

/** Non-linearities. */
export const activationRules: Readonly<Record<string, ForeignRule>> = {
  Celu: (node) => celu(node.value(0), node.float("alpha", 1)),
  Clip: clip,
  Elu: (node) => elu(node.value(0), node.float("alpha", 1)),
  Gelu(node) {
    const approximate = node.text("approximate", "none");
    if (approximate === "none" || approximate === "tanh") return gelu(node.value(0), { approximate });
    throw node.refusal("approximate none or tanh", approximate);
  },
  HardSigmoid: (node) => hardSigmoid(node.value(0), node.float("alpha", 0.2), node.float("beta", 0.5)),
  HardSwish: (node) => hardSwish(node.value(0)),
  LeakyRelu: (node) => leakyRelu(node.value(0), node.float("alpha", 0.01)),
  Mish: (node) => mish(node.value(0)),
  PRelu: prelu,
  Relu: (node) => relu(node.value(0)),
  Selu: (node) =>
    mul(elu(node.value(0), node.float("alpha", 1.6732632423543772)), node.float("gamma", 1.0507009873554805)),
  Sigmoid: (node) => sigmoid(node.value(0)),
  Softplus: (node) => softplus(node.value(0)),
  Softsign: (node) => softsign(node.value(0)),
  Swish: swish,
  Tanh: (node) => tanh(node.value(0)),
  ThresholdedRelu: (node) => where(greater(node.value(0), node.float("alpha", 1)), node.value(0), 0),
};

/** `x · sigmoid(α x)`. */
function swish(node: ForeignNode): Value {
  const [x, alpha] = [node.value(0), node.float("alpha", 1)];
  return alpha === 1 ? silu(x) : mul(x, sigmoid(mul(x, alpha)));
}

function hardSigmoid(x: Value, slope: number, offset: number): Value {
  return clamp(add(mul(x, slope), offset), { min: 0, max: 1 });
}

/** Bounds are inputs since operator set 11; either may be absent. */
function clip(node: ForeignNode): Value {
  const bound = (input: number) => (node.has(input) ? { found: node.list(input)![0] } : undefined);
  const [min, max] = [bound(1)?.found, bound(2)?.found];
  return clamp(node.value(0), { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
}

/** Slopes per channel come as `[C, 1, 1]`, or as a single number. */
function prelu(node: ForeignNode): Value {
  const x = node.value(0);
  const slope = node.weight(1);
  const fits = slope.shape.length === 1 && slope.shape[0] !== 1 && x.shape.at(-1) !== slope.shape[0];
  const below = mul(fits ? reshape(slope, [-1, ...x.shape.slice(2).map(() => 1)]) : slope, relu(neg(x)));
  return sub(relu(x), below);
}
