import { ShapeError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";

/** Anything laid out as rows of pixels. */
export interface Sized {
  readonly height: number;
  readonly width: number;
}

/**
 * Checks that two arrays cover the same pixels.
 *
 * @throws {@link ShapeError} when height or width differ
 */
export function requireSameSize(where: string, reference: Sized, other: Sized): void {
  if (reference.height === other.height && reference.width === other.width) return;
  throw new ShapeError({
    where,
    expected: `an array of ${formatShape([reference.height, reference.width])} pixels`,
    received: formatShape([other.height, other.width]),
    fix: "All arrays of one call describe the same image.",
  });
}
