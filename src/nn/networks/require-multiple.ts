import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Value } from "../../engine/graph.ts";

/** Refuses an image whose sides a network cannot halve as often as it must. @throws {@link ShapeError} */
export function requireMultiple(where: string, x: Value, multiple: number): void {
  const [height, width] = x.shape.slice(2);
  if (height! % multiple === 0 && width! % multiple === 0) return;
  throw new ShapeError({
    where,
    expected: `height and width to be multiples of ${multiple}`,
    received: formatShape(x.shape),
    fix: "Pad or crop the image, or use fewer levels.",
  });
}
