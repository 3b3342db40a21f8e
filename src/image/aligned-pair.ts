import { DataError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { partOf } from "./part-of.ts";
import { type RegisteredTranslation, type RegistrationOptions, registerTranslation } from "./register-translation.ts";
import { translatePlane } from "./translate-plane.ts";

/** Two planes of the same field, cut to what both show. */
export interface AlignedPair {
  readonly reference: Plane;
  readonly moving: Plane;
  /** What was done to `moving`. */
  readonly shift: RegisteredTranslation;
}

/**
 * Two images of the same field brought onto each other: `moving` is shifted, and both are cut to their common area.
 *
 * @throws {@link ShapeError} when the sizes differ
 * @throws {@link DataError} when the shift leaves nothing in common
 */
export function alignedPair(reference: Plane, moving: Plane, options: RegistrationOptions = {}): AlignedPair {
  const shift = registerTranslation(reference, moving, options);
  const [top, bottom] = margins(shift.dyPx);
  const [left, right] = margins(shift.dxPx);
  const height = reference.height - top - bottom;
  const width = reference.width - left - right;
  if (height < 1 || width < 1)
    throw new DataError({
      where: "alignedPair",
      expected: "two images of the same field, shifted by less than their size",
      received: `a shift of ${shift.dyPx} down and ${shift.dxPx} to the right`,
      fix: "Limit the search with maximumPx, or leave the registration out.",
    });
  const moved = shift.dyPx === 0 && shift.dxPx === 0 ? moving : translatePlane(moving, shift);
  const cut = (plane: Plane) => partOf(plane, { top, left, height, width });
  return { reference: cut(reference), moving: cut(moved), shift };
}

/** Rows that a shift leaves without data, at the beginning and at the end of an axis. */
function margins(shift: number): [before: number, after: number] {
  return shift > 0 ? [Math.ceil(shift), 0] : [0, Math.ceil(-shift)];
}
