/**
 * Weight gradient of a convolution as one blocked convolution.
 *
 * `dw[k, c, i, j] = Σ dy[n, k, y, x] · x[n, c, s·y + i, s·x + j]` is a convolution whose kernel is dy and whose channels are pixels. The
 * pixels of dy are dealt into tiles of equal size (`tiles.ts`), b of them or a multiple, one per channel; x is dealt likewise, each tile with the
 * border that its kernel taps reach, and with its channels beside its columns and below its rows. Further tiles and images become further blocks of channels, so that all are
 * summed on the way. All taps come from one call at the speed of the forward convolution; only the dealing is extra.
 *
 * The roles may be swapped (x as the kernel, dy as the image, taps reversed), which is faster where x has more channels than dy.
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import type { ConvGeometry } from "../../ops/convolution.ts";
import { depthwiseWeightGradient } from "./depthwise.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";
import { straightFilters, type TapSums, turnedFilters } from "./tap-sums.ts";
import { type Dealing, dealtFilters, dealtImage, tilesFor } from "./tiles.ts";
import { correlatedRows, pays, TAP_ROWS, TOGETHER } from "./winograd.ts";

/** More padding of the last tiles than this, and the plain way is as fast. */
const MOST_WASTE = 1.3;

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
  const { tiles, waste } = tilesFor(pen.block, n, [rows, columns]);
  if (waste > MOST_WASTE) return undefined;
  const c = image.shape[1]!;
  const [tall, wide] = kernel;
  const { size } = tiles;
  const isHalved =
    tall === TAP_ROWS &&
    strides[0] === 1 &&
    size[0] % TOGETHER === 0 &&
    c % pen.block === 0 &&
    pays(pen, [c, f], n * rows * columns);
  const parts = partsOf(pen, image, f, isHalved ? 1 : tall);
  const [height, width] = [0, 1].map((i) => strides[i]! * (size[i]! - 1) + kernel[i]!) as [number, number];
  const channels = n * tiles.count[0] * tiles.count[1];
  const filters = dealtFilters(pen, pen.blocked(filter) as Blocked, tiles); // [F, channels, tile rows, tile columns]
  const images = dealtImage(pen, image, { tiles, kernel, strides, before, parts }); // [1, channels, height · parts, width · C/parts]
  const dealt = {
    image: [channels / pen.block, height * width * c, pen.block],
    filter: [(f * channels * sizeOf(size)) / pen.block, pen.block],
  };
  /** As many rows of sums as the image has rows more than the filter, and one. */
  const summed = (image: Dealt, filter: Dealt): Blocked => ({
    name: pen.nchwc(
      "Conv",
      [
        pen.view(image.name, image.shape, [1, channels, image.rows * parts, (width * c) / parts]),
        pen.view(filter.name, filter.shape, [f, channels, filter.rows, size[1]]),
      ],
      { kernel_shape: [filter.rows, size[1]], dilations: [strides[0]! * parts, (strides[1]! * c) / parts] },
    ),
    shape: [1, f, (image.rows - strides[0]! * (filter.rows - 1)) * parts, (wide * c) / parts],
  });
  const shape = [f, c, tall, wide] as const;
  if (!isHalved) {
    const { name } = summed(
      { name: images, shape: dealt.image, rows: height },
      { name: filters, shape: dealt.filter, rows: size[0] },
    );
    return { name, shape, parts };
  }
  const groups = size[0] / TOGETHER;
  const name = correlatedRows(pen, {
    image: { name: images, shape: dealt.image, planes: [channels / pen.block, pen.block, height, width * c], groups },
    filter: {
      name: filters,
      shape: dealt.filter,
      planes: [(f * channels) / pen.block ** 2, pen.block, size[0], size[1] * pen.block],
      groups,
    },
    arrays: f / pen.block,
    product: (x, dy) => summed({ ...x, rows: groups }, { ...dy, rows: groups }),
  });
  return {
    name: pen.view(
      name,
      [f / pen.block, tall, parts * ((wide * c) / parts) * pen.block],
      [1, f, tall * parts, (wide * c) / parts],
    ),
    shape,
    parts,
  };
}

/** Rows of numbers in memory, dealt into tiles. */
interface Dealt {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of each tile. */
  readonly rows: number;
}

/**
 * Rows of output that there should be for every four blocks of filters: the kernel gives whole rows to its threads, and three taps alone keep two threads
 * no busier than one and a half.
 */
const ENOUGH_ROWS = 8;

/** Into how many parts the channels of an image are dealt that lie below each other; within a part they lie beside each other. */
function partsOf(pen: BlockedPen, image: Value, filters: number, tall: number): number {
  const planes = canBeBlocked(image, pen.block) ? image.shape[1]! / pen.block : 1;
  const rows = tall * Math.ceil(filters / (4 * pen.block));
  let parts = 1;
  while (rows * parts < ENOUGH_ROWS && planes % (2 * parts) === 0) parts *= 2;
  return parts;
}
