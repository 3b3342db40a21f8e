import { ShapeError } from "./errors.ts";

/** Extent along each axis, outermost first: `[N, C, H, W]` for image batches. A scalar is `[]`. */
export type Shape = readonly number[];

/** Number of elements of an array of this shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Whether two shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** A shape as people read it: `[8, 16, 64, 64]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Shape of an element-wise result under NumPy's broadcasting rule: aligned at the last axis, extents equal or one of them 1.
 *
 * @throws {@link ShapeError} when two extents differ and neither is 1
 */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const extentA = a[axis - rank + a.length] ?? 1;
    const extentB = b[axis - rank + b.length] ?? 1;
    if (extentA !== extentB && extentA !== 1 && extentB !== 1)
      throw new ShapeError({
        where,
        expected: "shapes that broadcast (equal or 1, aligned at the last axis)",
        received: `${formatShape(a)} and ${formatShape(b)}`,
      });
    return extentA === 1 ? extentB : extentA;
  });
}
