import { deflateSync } from "node:zlib";
import { FormatError } from "../../core/errors.ts";
import type { Provenance } from "../dataset.ts";
import type { Image } from "../image.ts";
import { writeFileAtomically } from "./atomic-write.ts";
import { formatFileRecord } from "./file-record.ts";
import { encodePngChunk, pngSignature } from "./png-chunks.ts";

/** Rows as PNG stores them: big-endian, pixel-interleaved, each led by its filter number. */
function filteredRows({ data, pixelType, channels, height, width }: Image): Buffer {
  const bytes = pixelType === "uint16" ? 2 : 1;
  const rowBytes = width * channels * bytes;
  const size = height * width;
  const rows = Buffer.alloc(height * (rowBytes + 1));
  let above = Buffer.alloc(rowBytes);
  let row = Buffer.alloc(rowBytes);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        const value = data[channel * size + y * width + x]!;
        const at = (x * channels + channel) * bytes;
        if (bytes === 2) row.writeUInt16BE(value, at);
        else row[at] = value;
      }
    const start = y * (rowBytes + 1);
    rows[start] = 2; // "Up": the difference to the row above suits both smooth images and label maps
    for (let i = 0; i < rowBytes; i++) rows[start + 1 + i] = row[i]! - above[i]!;
    [above, row] = [row, above];
  }
  return rows;
}

/**
 * Bytes of a PNG.
 *
 * @throws {@link FormatError} when PNG cannot hold the image; the message names TIFF
 */
export function encodePng(image: Image, where: string, { provenance }: { provenance?: Provenance } = {}): Buffer {
  const { pixelType, channels, height, width, pixelSizeUm } = image;
  if ((pixelType !== "uint8" && pixelType !== "uint16") || (channels !== 1 && channels !== 3))
    throw new FormatError({
      where,
      expected: "an image that PNG can hold: 8- or 16-bit, grey or RGB",
      received: `${pixelType} with ${channels} channel${channels === 1 ? "" : "s"}`,
      fix: "Write it as TIFF (a name ending in .tif), which keeps every number kind and any number of channels.",
    });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = pixelType === "uint16" ? 16 : 8;
  header[9] = channels === 3 ? 2 : 0;
  const record = { ...(provenance ? { provenance } : {}), ...(pixelSizeUm === undefined ? {} : { pixelSizeUm }) };
  const text = `fantascope\0${formatFileRecord(record)}`;
  return Buffer.concat([
    pngSignature,
    encodePngChunk("IHDR", header),
    ...(provenance || pixelSizeUm !== undefined ? [encodePngChunk("tEXt", Buffer.from(text, "latin1"))] : []),
    encodePngChunk("IDAT", deflateSync(filteredRows(image))),
    encodePngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * Writes an 8- or 16-bit image, grey or RGB, as PNG; whole or not at all.
 *
 * @throws {@link FormatError} when PNG cannot hold the image
 * @throws {@link OutputError} when the file cannot be written
 */
export async function writePng(path: string, image: Image, options: { provenance?: Provenance } = {}): Promise<void> {
  await writeFileAtomically(path, encodePng(image, path, options));
}
