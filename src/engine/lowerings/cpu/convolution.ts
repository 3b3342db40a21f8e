/**
 * Convolution and its gradient by the input with onnxruntime's blocked kernel: 190 to 270 GFLOP/s on one Zen 5 core, where the plain one
 * makes 110 to 220 (docs/engine.md).
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import type { ConvGeometry } from "../../ops/convolution.ts";
import { fewOutputs } from "./few-outputs.ts";
import {
  blockedFilters,
  depthwiseFilters,
  depthwiseTaps,
  type FilterShape,
  plainInputFilters,
  swappedFilters,
} from "./filters.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type Fusion, fusable, type ImageShape } from "./pen.ts";
import { interleaved, phases } from "./phases.ts";
import { filledBias, filledChannels, filledFilters, filledImage, unfilled, withChannels } from "./ragged.ts";
import type { BlockedRule } from "./rule.ts";
import {
  convolutionProducts,
  convolutionSums,
  ONCE,
  PRODUCTS,
  pays,
  summedRows,
  TAP_ROWS,
  TOGETHER,
} from "./winograd.ts";

/** Least mean of the numbers of channels, in blocks, for half of the multiplications. */
const LEAST_CHANNELS = 2.5;

/** Most rows for each channel where every row may be summed of all products: where rows do not come in whole groups, or their reader sums rows. */
const MOST_SUMMED = 0.5;

/** `conv2d`, blocked where one number of channels is a multiple of a block and the other too, or nearly, or the input has fewer channels than one. */
export const conv2d: BlockedRule<ConvGeometry> = (node, pen, portable) => {
  const { inputs, attributes, y } = node;
  const [x, w, bias] = inputs as [Value, Value, Value | undefined];
  const shape = w.shape as FilterShape;
  const kernel = shape.slice(2);
  const channels = attributes.groups === 1 ? filledChannels(pen, x, y) : undefined;
  if (channels && shape[1] > pen.block) {
    const [c, k] = channels;
    const filters = filledFilters(pen, pen.name(w), shape, [k, c, shape[2], shape[3]]);
    const made = convolution(
      pen,
      filledImage(pen, x, c),
      blockedFilters(pen, filters, [k, c, shape[2], shape[3]]),
      bias ? filledBias(pen, pen.name(bias), shape[0], k) : "",
      { kernel, from: withChannels(x, c), shape: withChannels(y, k), ...attributes },
    );
    return unfilled(pen, made, y);
  }
  if (!canBeBlocked(y, pen.block)) return fewOutputs(node, pen, portable);
  const kind = kindOf(pen, x, shape, attributes.groups);
  if (!kind) return undefined;
  const image = kind === "plain input" ? pen.name(x) : pen.blocked(x).name;
  return convolution(pen, image, filters[kind](pen, pen.name(w), shape), bias ? pen.name(bias) : "", {
    kernel,
    from: x.shape as ImageShape,
    shape: y.shape as ImageShape,
    ...attributes,
  });
};

/**
 * `convTranspose2d` as blocked convolutions with swapped filters: one for each remainder of rows and columns by the stride, each with the
 * taps that reach it. Their results are interleaved; for stride 1 there is only one.
 */
export const convTranspose2d: BlockedRule<ConvGeometry & { size: readonly number[] }> = (
  { inputs, attributes: { strides, pads, dilations, groups }, y },
  pen,
) => {
  const [z, w] = inputs as [Value, Value];
  const own = w.shape as FilterShape;
  const isDepthwise = groups > 1 && groups === y.shape[1] && own[0] === y.shape[1];
  const areWhole = [y, z].every((value) => canBeBlocked(value, pen.block));
  const channels = groups === 1 && !areWhole ? filledChannels(pen, z, y) : undefined;
  if (!channels && !(areWhole && (groups === 1 || isDepthwise))) return undefined;
  const [from, to] = channels
    ? [withChannels(z, channels[0]), withChannels(y, channels[1])]
    : [z.shape as ImageShape, y.shape as ImageShape];
  const [n, c, height, width] = to;
  const shape: FilterShape = channels ? [from[1], c, own[2], own[3]] : own;
  const taken = filledFilters(pen, pen.name(w), own, shape);
  const image = filledImage(pen, z, from[1]);
  const chosen = isDepthwise ? depthwiseTaps : swappedFilters;
  const axis = (i: 0 | 1) =>
    phases({
      kernel: shape[i + 2]!,
      stride: strides[i]!,
      before: pads[i]!,
      dilation: dilations[i]!,
      from: from[i + 2]!,
      to: to[i + 2]!,
    });
  const [rows, columns] = [axis(0), axis(1)];
  if (!rows || !columns) return undefined;
  const parts = rows.map((row) =>
    columns.map((column) => {
      const taps = row.taps.flatMap((i) => column.taps.map((j) => i * shape[3] + j));
      const kernel = [row.taps.length, column.taps.length] as const;
      return convolution(pen, image, chosen(pen, taken, shape, { places: taps, kernel }), "", {
        kernel,
        from,
        shape: [n, c, height / rows.length, width / columns.length],
        strides: [1, 1],
        pads: [row.before, column.before, row.after, column.after],
        dilations: [row.step, column.step],
        groups,
      });
    }),
  );
  return unfilled(pen, rows.length * columns.length === 1 ? parts[0]![0]! : interleaved(pen, parts, to), y);
};

/** What a blocked convolution is told. */
interface Geometry extends ConvGeometry {
  readonly kernel: readonly number[];
  /** Of the image. */
  readonly from: ImageShape;
  /** Of the result. */
  readonly shape: ImageShape;
}

/** Whether half of the multiplications of this convolution of images with blocks of channels are done without, and that pays. */
function isHalved(block: number, { kernel, from, shape, strides, dilations, groups }: Geometry): boolean {
  const [n, k, height, width] = shape;
  const inRows = kernel[0] === TAP_ROWS && strides[0] === 1 && dilations[0] === 1;
  const isWhole = height % TOGETHER === 0 || height <= MOST_SUMMED * from[1];
  const inBlocks = groups === 1 && from[1] % block === 0 && k % block === 0;
  return isWhole && inRows && inBlocks && pays(block, [from[1], k], n * height * width, LEAST_CHANNELS);
}

/** Share of the multiplications of all `conv2d` among some values that lie in those which are done with half of them. */
export function halvedShare(values: readonly Value[], block: number): number {
  let [all, halved] = [0, 0];
  for (const { source, shape } of values) {
    if (source.kind !== "operator" || source.op.name !== "conv2d") continue;
    const [from, filter] = source.inputs.map((input) => input.shape as ImageShape) as [ImageShape, FilterShape];
    const geometry = { ...(source.attributes as unknown as ConvGeometry), kernel: filter.slice(2), from };
    const multiplications = sizeOf(shape) * sizeOf(filter.slice(1));
    all += multiplications;
    if (isHalved(block, { ...geometry, shape: shape as ImageShape })) halved += multiplications;
  }
  return all && halved / all;
}

/** Blocked convolution, ready to take on a number per channel, and a sum and an activation where it is one node. */
function convolution(pen: BlockedPen, image: string, filter: string, bias: string, geometry: Geometry): Blocked {
  if (isHalved(pen.block, geometry)) {
    const fused = ({ shift, sum, activation }: Fusion) =>
      bias || !shift || sum || activation ? undefined : inHalf(pen, image, filter, shift, geometry);
    return { ...inHalf(pen, image, filter, bias, geometry), fused };
  }
  const { kernel, shape, strides, pads, dilations, groups } = geometry;
  const write = ({ shift = "", sum, activation }: Fusion) => {
    const inputs = [image, filter];
    if (shift || sum) inputs.push(shift);
    if (sum) inputs.push(sum);
    return pen.nchwc("Conv", inputs, { kernel_shape: kernel, strides, pads, dilations, group: groups, ...activation });
  };
  return fusable(shape, write, bias ? { shift: bias } : {});
}

/** The same with half of the multiplications; without its passes over arrays nearly twice as fast. */
function inHalf(
  pen: BlockedPen,
  image: string,
  filter: string,
  bias: string,
  { kernel, from, shape, strides, pads, dilations }: Geometry,
): Blocked {
  const { block } = pen;
  const [n, c, height, width] = from;
  const [, k, rows, columns] = shape;
  const across = kernel[1]!;
  const groups = Math.ceil(rows / TOGETHER);
  const [planes, arrays] = [(n * k) / block, (n * k * groups) / block];
  const products = convolutionProducts(pen, {
    image: { name: image, shape: from, planes: [(n * c) / block, block, height, width], before: pads[0]!, groups },
    filter: {
      name: filter,
      shape: [k, c, TAP_ROWS, across],
      planes: [(k * c) / block ** 2, block, TAP_ROWS, across * block],
      groups: 1,
    },
    arrays,
    product(x, w, index) {
      const inputs = [
        pen.view(x.name, x.shape, [n, c, groups, width]),
        pen.view(w.name, w.shape, [k, c, 1, across]),
        ...(bias && index === ONCE ? [bias] : []),
      ];
      return {
        name: pen.nchwc("Conv", inputs, {
          kernel_shape: [1, across],
          strides: [1, strides[1]!],
          pads: [0, pads[1]!, 0, pads[3]!],
          dilations: [1, dilations[1]!],
        }),
        shape: [n, k, groups, columns],
      };
    },
  });
  const row = columns * block;
  const joined = () => pen.view(summedRows(pen, products, convolutionSums(TOGETHER)), [arrays, TOGETHER, row], shape);
  if (rows > MOST_SUMMED * c) return { name: joined(), shape };
  const rowSums = {
    from: pen.view(products, [arrays, PRODUCTS, row], [planes, groups * PRODUCTS, row]),
    sums: convolutionSums(rows),
  };
  const fits = rows % TOGETHER === 0;
  const name = fits ? joined() : pen.view(summedRows(pen, rowSums.from, rowSums.sums), [planes, rows, row], shape);
  return { name, shape, rowSums };
}

const filters = { blocked: blockedFilters, depthwise: depthwiseFilters, "plain input": plainInputFilters };

/** How the kernel can read this input, if it can. */
function kindOf({ block }: BlockedPen, x: Value, [k, perGroup]: FilterShape, groups: number) {
  if (groups === x.shape[1] && groups === k && groups > 1) return canBeBlocked(x, block) ? "depthwise" : undefined;
  if (groups === 1 && perGroup < block) return "plain input";
  return perGroup % block === 0 && (k / groups) % block === 0 ? "blocked" : undefined;
}
