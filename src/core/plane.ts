/**
 * The arrays that image processing works on. Pixel centres are at integers, origin at the top left, y downwards.
 */

/** One channel of one image as real numbers, row-major `[H, W]`. The unit is said by whoever hands it over. */
export interface Plane {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Instance labels, row-major `[H, W]`: 0 is background, every other value is one object. */
export interface LabelMap {
  readonly data: Uint32Array;
  readonly height: number;
  readonly width: number;
}

/** A binary image, row-major `[H, W]`: 0 is outside, every other value (by convention 1) is inside. */
export interface Mask {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** A plane of zeros. */
export function emptyPlane(height: number, width: number): Plane {
  return { data: new Float32Array(height * width), height, width };
}

/** A label map without objects. */
export function emptyLabelMap(height: number, width: number): LabelMap {
  return { data: new Uint32Array(height * width), height, width };
}

/** A mask with nothing inside. */
export function emptyMask(height: number, width: number): Mask {
  return { data: new Uint8Array(height * width), height, width };
}
