/** Geometry of a window that slides over the last two axes: what convolutions and poolings share. */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";

/** How a window moves. */
export interface WindowOptions {
  /** Step between outputs in pixels: one number, or `[vertical, horizontal]`. */
  readonly stride?: number | Shape;
  /** Border around the image: one number, `[vertical, horizontal]`, or `[top, left, bottom, right]`. */
  readonly padding?: number | Shape;
  /** Distance between the window's pixels. */
  readonly dilation?: number | Shape;
}

/** The same, spelled out: two strides, four pads (top, left, bottom, right), two dilations. */
export type Window = { strides: Shape; pads: Shape; dilations: Shape };

/** Options spelled out. */
export function windowOf({ stride = 1, padding = 0, dilation = 1 }: WindowOptions): Window {
  const pads = pair(padding);
  return { strides: pair(stride), pads: pads.length === 2 ? [...pads, ...pads] : pads, dilations: pair(dilation) };
}

/** Both extents from one number, or as they are. */
export function pair(extent: number | Shape): Shape {
  return typeof extent === "number" ? [extent, extent] : extent;
}

/**
 * Rows and columns of results: `⌊(size + pads − dilation·(kernel − 1) − 1) / stride⌋ + 1`.
 *
 * @throws {@link ShapeError} when the window is larger than the padded image
 */
export function outputSize(where: string, size: Shape, kernel: Shape, { strides, pads, dilations }: Window): Shape {
  return size.map((extent, i) => {
    const room = extent + pads[i]! + pads[i + 2]! - dilations[i]! * (kernel[i]! - 1) - 1;
    if (room < 0)
      throw new ShapeError({
        where,
        expected: `an image at least as large as the kernel ${formatShape(kernel)}`,
        received: `${formatShape(size)} with padding ${formatShape(pads)}`,
      });
    return Math.floor(room / strides[i]!) + 1;
  });
}
