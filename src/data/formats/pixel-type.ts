import type { PixelData, PixelType } from "../image.ts";

/** What each number kind needs: its array, bytes per number, TIFF's sample format and OME's name. */
export const pixelTypes = {
  uint8: { array: Uint8Array, bytes: 1, sampleFormat: 1, omeName: "uint8" },
  uint16: { array: Uint16Array, bytes: 2, sampleFormat: 1, omeName: "uint16" },
  uint32: { array: Uint32Array, bytes: 4, sampleFormat: 1, omeName: "uint32" },
  int8: { array: Int8Array, bytes: 1, sampleFormat: 2, omeName: "int8" },
  int16: { array: Int16Array, bytes: 2, sampleFormat: 2, omeName: "int16" },
  int32: { array: Int32Array, bytes: 4, sampleFormat: 2, omeName: "int32" },
  float32: { array: Float32Array, bytes: 4, sampleFormat: 3, omeName: "float" },
  float64: { array: Float64Array, bytes: 8, sampleFormat: 3, omeName: "double" },
} as const satisfies Record<PixelType, { array: unknown; bytes: number; sampleFormat: number; omeName: string }>;

/** Array of zeros of a number kind. */
export function pixelArray(type: PixelType, length: number): PixelData {
  return new pixelTypes[type].array(length);
}

/** Numbers as their bytes, without a copy; little-endian, as on every machine that Node runs on today. */
export function bytesOf(data: PixelData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
