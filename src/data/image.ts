import type { Plane } from "../core/plane.ts";

/** Number kind of the stored pixels, spelled as in NumPy. */
export type PixelType = "uint8" | "uint16" | "uint32" | "int8" | "int16" | "int32" | "float32" | "float64";

/** The typed arrays that hold pixels. */
export type PixelData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** An image as the camera or the file gave it: native number kind, 1…N channels, planar `[C, H, W]`. */
export interface Image {
  readonly data: PixelData;
  readonly pixelType: PixelType;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Edge of a pixel in the specimen plane, when it is known. */
  readonly pixelSizeUm?: number;
}

/** One channel of an image in its own grey levels, `[H, W]`. */
export function channelPlane(image: Image, channel = 0): Plane {
  const { height, width } = image;
  const start = channel * height * width;
  return { data: Float32Array.from(image.data.subarray(start, start + height * width)), height, width };
}
