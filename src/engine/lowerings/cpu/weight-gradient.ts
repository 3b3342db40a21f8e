/**
 * Weight gradient of a convolution as one blocked convolution.
 *
 * `dw[k, c, i, j] = Σ dy[n, k, y, x] · x[n, c, s·y + i, s·x + j]` is a convolution whose kernel is dy and whose channels are pixels. The
 * pixels of dy are dealt into tiles of equal size (`tiles.ts`), b of them or a multiple, one per channel; x is dealt likewise, each tile with the
 * border that its kernel taps reach, and with its channels beside its columns and below its rows. Further tiles and images become further blocks of channels, so that all are
 * summed on the way. All taps come from one call at the speed of the forward convolution; only the dealing is extra.
 *
 * Filters of one pixel have no border, and read both images as they lie (`pixels.ts`). Other tiles are strips as wide as the images where these fill blocks (`strips.ts`), whose rows are fetched as a whole. Where filters are so few that threads would wait
 * for each other, tiles are summed in shares, each by itself.
 *
 * Where channels are many, three rows of taps take half of the multiplications (`winograd.ts`): sums of rows are taken of images before they become strips, or of other
 * tiles, which have their rows outermost.
 *
 * The roles may be swapped (x as the kernel, dy as the image, taps reversed), which is faster where x has more channels than dy.
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import type { ConvGeometry } from "../../ops/convolution.ts";
import { depthwiseWeightGradient } from "./depthwise.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import { correlationOfPixels } from "./pixels.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";
import { correlationOfStrips, dealtStrips, stripsFor } from "./strips.ts";
import { straightFilters, type TapSums, turnedFilters } from "./tap-sums.ts";
import { type Dealing, dealtFilters, dealtImage, tilesFor } from "./tiles.ts";
import { correlatedRows, pays, type Rows, TAP_ROWS, TOGETHER } from "./winograd.ts";

/** More padding of the last tiles than this, and the plain way is as fast. */
const MOST_WASTE = 1.3;

/** Least mean of the numbers of channels, in blocks, for half of the multiplications: sums are no larger than filters, so joining them costs little. */
const LEAST_CHANNELS = 1;

/** From this many filters on, the blocked kernel is at full speed. */
const MANY_FILTERS = 64;

/** `conv2dWeightGradient` of each channel by itself, and for one group and dense kernels where dy or, for stride 1, x has whole blocks of channels. */
export const conv2dWeightGradient: BlockedRule<ConvGeometry & { kernel: readonly number[] }> = (
  { inputs: [x, dy], attributes: { strides, pads, dilations, groups, kernel }, y },
  pen,
) => {
  if (!(imageLayout(pen, x!) ?? imageLayout(pen, dy!))) return undefined;
  const channels = x!.shape[1]!;
  if (groups > 1 && groups === channels && groups === dy!.shape[1])
    return depthwiseWeightGradient(pen, [x!, dy!], { strides, pads, dilations, groups }, y);
  if (groups !== 1 || dilations.some((step) => step !== 1)) return undefined;
  const [k, c] = y.shape as ImageShape;
  const [tall, wide] = kernel as [number, number];
  const straight = canBeBlocked(dy!, pen.block);
  const dense = strides.every((stride) => stride === 1);
  if (dense && canBeBlocked(x!, pen.block) && (!straight || (k < MANY_FILTERS && c > k))) {
    const before = [tall - 1 - pads[0]!, wide - 1 - pads[1]!];
    const sums = correlation(pen, x!, dy!, { kernel: [tall, wide], strides, before });
    return sums && pen.view(turnedFilters(pen, sums), [k, c, tall, wide], y.shape);
  }
  if (!straight) return undefined;
  const sums = correlation(pen, dy!, x!, { kernel: [tall, wide], strides, before: [pads[0]!, pads[1]!] });
  return sums && pen.view(straightFilters(pen, sums), [k, c, tall, wide], y.shape);
};

/** `Σ filter[n, f, y, x] · image[n, c, s·y + i − before, s·x + j − before]` over images and pixels. */
function correlation(
  pen: BlockedPen,
  filter: Value,
  image: Value,
  { kernel, strides, before }: Pick<Dealing, "kernel" | "strides" | "before">,
): TapSums | undefined {
  const [n, f, rows, columns] = filter.shape as ImageShape;
  const c = image.shape[1]!;
  const [tall, wide] = kernel;
  const isPixel = tall * wide * strides[0]! * strides[1]! === 1 && before.every((rows) => rows === 0);
  const ofPixels =
    isPixel && rows === image.shape[2] && columns === image.shape[3]
      ? correlationOfPixels(pen, filter, image)
      : undefined;
  if (ofPixels) return ofPixels;
  const inRows = tall === TAP_ROWS && strides[0] === 1 && pays(pen.block, [c, f], n * rows * columns, LEAST_CHANNELS);
  const ofStrips = inRows && strides[1] === 1 ? correlationOfStrips(pen, filter, image, { kernel, before }) : undefined;
  if (ofStrips) return ofStrips;
  const strips = inRows ? undefined : stripsFor(pen, filter, image, { kernel, strides, before });
  const { tiles, waste } = strips
    ? { tiles: strips, waste: 1 }
    : tilesFor(pen.block, n, [rows, columns], inRows ? TOGETHER : 1);
  if (waste > MOST_WASTE) return undefined;
  const { size, count } = tiles;
  const isHalved = inRows && size[0] % TOGETHER === 0;
  const planes = canBeBlocked(image, pen.block) ? c / pen.block : c;
  const parts = strips ? planes : partsOf(pen, image, f, isHalved ? 1 : tall);
  const channels = n * count[0] * count[1];
  const shares = isHalved ? 1 : sharesOf(tall * parts * Math.ceil(f / (4 * pen.block)), channels / pen.block);
  const [height, width] = [0, 1].map((i) => strides[i]! * (size[i]! - 1) + kernel[i]!) as [number, number];
  const dealing = { tiles, kernel, strides, before, parts };
  const images: Rows = {
    name: strips ? dealtStrips(pen, filter, image, dealing) : dealtImage(pen, image, dealing), // [1, channels, height · parts, width · C/parts]
    shape: [channels / pen.block, height * width * c, pen.block],
    planes: [channels / pen.block, pen.block, height, width * c],
  };
  const filters: Rows = {
    name: dealtFilters(pen, pen.blocked(filter) as Blocked, tiles, shares), // [shares · F, channels / shares, tile rows, tile columns]
    shape: [(f * channels * sizeOf(size)) / pen.block, pen.block],
    planes: [(f * channels) / pen.block ** 2, pen.block, size[0], size[1] * pen.block],
  };
  const beside = (wide * c) / parts;
  /** Sums for every place of a filter with fewer rows in an image with fewer rows. */
  const sums = (image: Blocked, filter: Blocked): Blocked => {
    const [below, down] = [image.shape[2], filter.shape[2]];
    const inputs = [
      pen.view(image.name, image.shape, [1, channels, below * parts, (width * c) / parts]),
      pen.view(filter.name, filter.shape, [shares * f, channels / shares, down, size[1]]),
    ];
    const dilations = [strides[0]! * parts, (strides[1]! * c) / parts];
    const name = pen.nchwc("Conv", inputs, { kernel_shape: [down, size[1]], dilations, group: shares });
    const shape: ImageShape = [1, f, (below - strides[0]! * (down - 1)) * parts, beside];
    if (shares === 1) return { name, shape };
    const each = pen.view(name, [1, shares * f, shape[2], beside], [shares, sizeOf(shape)]);
    return {
      name: pen.view(pen.node("ReduceSum", [each, pen.ints([0])], { keepdims: 0 }), [sizeOf(shape)], shape),
      shape,
    };
  };
  const shape = [f, c, tall, wide] as const;
  if (!isHalved) return { name: sums(inPlanes(pen, images), inPlanes(pen, filters)).name, shape, parts };
  const [arrays, groups] = [f / pen.block, size[0] / TOGETHER];
  const joined = correlatedRows(pen, {
    image: { ...images, groups },
    filter: { ...filters, groups },
    product: sums,
    arrays,
  });
  const name = pen.view(joined, [arrays, tall, parts * beside * pen.block], [1, f, tall * parts, beside]);
  return { name, shape, parts };
}

/** Planes under a shape that says so. */
function inPlanes(pen: BlockedPen, { name, shape, planes }: Rows): Blocked {
  return { name: pen.view(name, shape, planes), shape: planes };
}

/**
 * Rows of output that there should be for every four blocks of filters: the kernel gives whole rows to its threads, and three taps alone keep two threads
 * no busier than one and a half.
 */
const ENOUGH_ROWS = 8;

/** Into how many shares the pixels are dealt, each summed by itself, where filters are so few that threads would wait for each other. */
function sharesOf(rows: number, blocks: number): number {
  let shares = 1;
  while (rows * shares < ENOUGH_ROWS && blocks % (2 * shares) === 0) shares *= 2;
  return shares;
}

/** Into how many parts the channels of an image are dealt that lie below each other; within a part they lie beside each other. */
function partsOf(pen: BlockedPen, image: Value, filters: number, tall: number): number {
  const planes = canBeBlocked(image, pen.block) ? image.shape[1]! / pen.block : 1;
  const rows = tall * Math.ceil(filters / (4 * pen.block));
  let parts = 1;
  while (rows * parts < ENOUGH_ROWS && planes % (2 * parts) === 0) parts *= 2;
  return parts;
}
