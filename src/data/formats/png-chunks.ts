/**
 * PNG as a list of chunks: `length, type, data, CRC-32 of type and data`, after eight bytes of signature.
 *
 * Walking the chunks first tells a truncated file from a corrupt one, which image libraries report alike or not at all.
 *
 * @see Portable Network Graphics (PNG) Specification, W3C, section 5
 */
import { crc32 } from "node:zlib";
import { FormatError } from "../../core/errors.ts";

/** The eight bytes with which each PNG begins. */
export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** One chunk: four letters and its bytes. */
export interface PngChunk {
  readonly type: string;
  readonly data: Buffer;
}

const again = "The file is cut short or damaged: copy or download it again, or save it anew from the original.";

/**
 * Chunks of a PNG, each checked against its CRC; the last one is `IEND`.
 *
 * @throws {@link FormatError} when the file ends early or a chunk's checksum is wrong
 */
export function pngChunks(bytes: Buffer, where: string): PngChunk[] {
  const chunks: PngChunk[] = [];
  for (let at = pngSignature.length; chunks.at(-1)?.type !== "IEND"; ) {
    const length = at + 8 <= bytes.length ? bytes.readUInt32BE(at) : 0;
    const end = at + 12 + length;
    if (end > bytes.length)
      throw new FormatError({
        where,
        expected: `a PNG with at least ${end} bytes and an IEND chunk`,
        received: `a file that ends after ${bytes.length} bytes`,
        fix: again,
      });
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      throw new FormatError({
        where,
        expected: `PNG chunk ${JSON.stringify(type)} at byte ${at} to match its checksum`,
        received: "other bytes",
        fix: again,
      });
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4) });
    at = end;
  }
  if (chunks[0]?.type !== "IHDR" || chunks[0].data.length !== 13)
    throw new FormatError({
      where,
      expected: "a PNG whose first chunk is IHDR",
      received: `${chunks[0]?.type}`,
      fix: again,
    });
  return chunks;
}

/** A chunk as it stands in a file. */
export function encodePngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** The text stored under a keyword (`tEXt`), if there is one. */
export function pngText(chunks: readonly PngChunk[], keyword: string): string | undefined {
  const prefix = `${keyword}\0`;
  const texts = chunks.filter(({ type }) => type === "tEXt").map(({ data }) => data.toString("latin1"));
  return texts.find((text) => text.startsWith(prefix))?.slice(prefix.length);
}
