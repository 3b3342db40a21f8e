import { GraphError } from "../core/errors.ts";
import { importModel } from "../engine/foreign/import-model.ts";
import type { Value } from "../engine/graph.ts";
import { add, matMul, mean, mul, reshape, square, sub, sum, transpose } from "../engine/ops/index.ts";
import type { OnnxModel } from "../onnx/model.ts";

/** Layers of a network by their names in its file, each with the weight of its term. */
export type LayerWeights = Readonly<Record<string, number>>;

/** Which layers compare what. */
export interface PerceptualLossOptions {
  /** Layers whose numbers should be alike, place by place: what is where. */
  readonly content?: LayerWeights;
  /** Layers whose channels should go together alike, wherever: texture. */
  readonly style?: LayerWeights;
  /** Name of the network's input for images; its only one unless given. */
  readonly input?: string;
}

/** A loss and what it is made of. */
export interface PerceptualLoss {
  readonly loss: Value;
  /** Terms before their weights: `content/LAYER`, `style/LAYER`. */
  readonly terms: Readonly<Record<string, Value>>;
}

/**
 * How different two batches of images look to a network that has learned to see.
 *
 * Content: mean squared difference of a layer. Style: squared difference of {@link gramMatrix}, summed over pairs of channels, mean over
 * the batch. The network is frozen; derivatives flow through it to both images, so `detach` a target that is itself computed. Channels
 * and value range of the images must be what the network was trained with.
 *
 * @param target the same shape as `x`; or one image for the content and another for the style
 * @throws {@link GraphError} when no layer is named, or the network has several inputs and none is chosen
 * @throws FormatError when the network cannot be read, or has no layer of a name
 * @see Johnson, Alahi & Fei-Fei, "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016, eqs. 2 to 4
 * @see Gatys, Ecker & Bethge, "Image style transfer using convolutional neural networks", CVPR 2016
 * @example
 * const { loss } = perceptualLoss(squeezenet, generated, { content: simulated, style: real }, {
 *   content: { fire5: 1 }, style: { conv1: 1e3, fire3: 1e3 },
 * });
 */
export function perceptualLoss(
  network: OnnxModel,
  x: Value,
  target: Value | { readonly content: Value; readonly style: Value },
  { content = {}, style = {}, input = onlyInput(network) }: PerceptualLossOptions,
): PerceptualLoss {
  const targets = "graph" in target ? { content: target, style: target } : target;
  const layers = [...new Set([...Object.keys(content), ...Object.keys(style)])];
  if (layers.length === 0)
    throw new GraphError({ where: "perceptualLoss", expected: "at least one layer to compare", received: "none" });
  const features = (image: Value, outputs: readonly string[]) =>
    importModel(x.graph, network, { inputs: { [input]: image }, outputs, frozen: true }).outputs;
  const own = features(x, layers);
  const wanted = {
    content: features(targets.content, Object.keys(content)),
    style: features(targets.style, Object.keys(style)),
  };

  const terms: Record<string, Value> = {};
  let loss: Value | undefined;
  const count = (name: string, term: Value, weight: number) => {
    terms[name] = term;
    const weighted = mul(term, weight);
    loss = loss ? add(loss, weighted) : weighted;
  };
  for (const [layer, weight] of Object.entries(content))
    count(`content/${layer}`, mean(square(sub(own[layer]!, wanted.content[layer]!))), weight);
  for (const [layer, weight] of Object.entries(style)) {
    const difference = square(sub(gramMatrix(own[layer]!), gramMatrix(wanted.style[layer]!))); // [N, C, C]
    count(`style/${layer}`, mean(sum(difference, { axes: [1, 2] })), weight);
  }
  return { loss: loss!, terms };
}

/** How channels go together, wherever in the image: `F Fᵀ / (C·H·W)` of features `[N, C, H, W]`, `[N, C, C]`. */
export function gramMatrix(features: Value): Value {
  const [n, c, h, w] = features.shape as [number, number, number, number];
  const flat = reshape(features, [n, c, h * w]);
  return mul(matMul(flat, transpose(flat)), 1 / (c * h * w));
}

function onlyInput({ name, inputs, initializers }: OnnxModel): string {
  const weights = new Set(initializers.map((tensor) => tensor.name));
  const open = inputs.filter((input) => !weights.has(input.name));
  if (open.length === 1) return open[0]!.name;
  throw new GraphError({
    where: `perceptualLoss, ONNX model "${name}"`,
    expected: "the option `input`, as there is more or less than one",
    received: open.map((input) => `"${input.name}"`).join(", ") || "no inputs",
  });
}
