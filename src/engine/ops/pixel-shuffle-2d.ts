/** Channels into pixels and back: both only reorder numbers. */

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/**
 * Every `factor²` channels become a block of pixels: `[N, C·factor², H, W]` to `[N, C, H·factor, W·factor]` (PyTorch's `PixelShuffle`).
 *
 * @see Shi et al., "Real-time single image and video super-resolution", CVPR 2016
 */
export function depthToSpace2d(x: Value, factor: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (c % factor ** 2 !== 0) refuse("depthToSpace2d", `channels divisible by ${factor ** 2}`, x);
  const apart = reshape(x, [n, c / factor ** 2, factor, factor, h, w]);
  return reshape(transpose(apart, [0, 1, 4, 2, 5, 3]), [n, c / factor ** 2, h * factor, w * factor]);
}

/** Every block of pixels becomes `factor²` channels: `[N, C, H·factor, W·factor]` to `[N, C·factor², H, W]` (`PixelUnshuffle`). */
export function spaceToDepth2d(x: Value, factor: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (h % factor !== 0 || w % factor !== 0) refuse("spaceToDepth2d", `rows and columns divisible by ${factor}`, x);
  const apart = reshape(x, [n, c, h / factor, factor, w / factor, factor]);
  return reshape(transpose(apart, [0, 1, 3, 5, 2, 4]), [n, c * factor ** 2, h / factor, w / factor]);
}

function refuse(where: string, expected: string, { shape }: Value): never {
  throw new ShapeError({ where, expected, received: formatShape(shape) });
}
