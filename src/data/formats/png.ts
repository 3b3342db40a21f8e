import { decode } from "fast-png";
import { FormatError } from "../../core/errors.ts";
import type { PixelData } from "../image.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { parseFileRecord } from "./file-record.ts";
import { pngChunks, pngText } from "./png-chunks.ts";

/** Numbers of 1, 2 or 4 bits as one byte each; rows begin at a byte, the first pixel in the highest bits. */
function unpackBits(packed: PixelData, height: number, width: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const data = new Uint8Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      data[y * width + x] = (packed[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  return data;
}

/** Pixel-interleaved numbers channel by channel: `[H, W, C]` to `[C, H, W]`. */
export function planar<Data extends Uint8Array | Uint16Array>(data: Data, channels: number): Data {
  if (channels === 1) return data;
  const size = data.length / channels;
  const apart = data.slice() as Data;
  for (let channel = 0; channel < channels; channel++)
    for (let i = 0; i < size; i++) apart[channel * size + i] = data[i * channels + channel]!;
  return apart;
}

/**
 * A PNG of any kind: grey, grey with opacity, RGB, RGBA or palette, 1 to 16 bits, in its own number range.
 *
 * Numbers below 8 bits keep their value (a 1-bit mask is 0 and 1). A single colour declared transparent (`tRNS`) is not applied.
 *
 * @throws {@link FormatError} when the file is cut short, corrupt or not valid PNG
 */
export function decodePng(bytes: Buffer, where: string): DecodedImage {
  const chunks = pngChunks(bytes, where);
  try {
    const { width, height, depth, channels, data, palette } = decode(bytes);
    const interleaved = depth < 8 ? unpackBits(data as Uint8Array, height, width, depth) : data;
    if (interleaved.length !== width * height * channels)
      throw new Error(`${interleaved.length} numbers for ${width} x ${height} pixels of ${channels} channels`);
    const pixelSizeUm = parseFileRecord(pngText(chunks, "fantascope"))?.pixelSizeUm;
    return {
      image: {
        data: planar(interleaved as Uint8Array | Uint16Array, channels),
        pixelType: depth === 16 ? "uint16" : "uint8",
        channels,
        height,
        width,
        ...(pixelSizeUm === undefined ? {} : { pixelSizeUm }),
      },
      isRgb: channels >= 3,
      hasAlpha: channels === 2 || channels === 4,
      ...(palette ? { palette } : {}),
    };
  } catch (cause) {
    throw new FormatError({
      where,
      expected: "a valid PNG",
      received: (cause as Error).message,
      fix: "The file is damaged: copy or download it again, or save it anew from the original.",
      cause,
    });
  }
}
