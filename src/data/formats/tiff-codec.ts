/**
 * Compression in TIFF: one entry per method; each gives the bytes of a strip or tile, at most `length` of them.
 *
 * geotiff.js was the first choice here; it lost because it undoes the horizontal predictor in the machine's byte order, so
 * big-endian 16-bit files came back wrong without a word, and because it reads past the end of truncated files.
 */
import { inflateSync, zstdDecompressSync } from "node:zlib";

/** A way to pack bytes. `unpack` throws a plain error on broken input; the reader says which file and strip. */
export interface TiffCodec {
  readonly name: string;
  readonly unpack: (packed: Buffer, length: number) => Uint8Array;
}

/**
 * Lempel–Ziv–Welch as in TIFF: codes of 9 to 12 bits, highest bit first, the width growing one code early.
 *
 * @see TIFF Revision 6.0, section 13
 */
export function unpackLzw(packed: Uint8Array, length: number): Uint8Array {
  const clear = 256;
  const end = 257;
  const output = new Uint8Array(length);
  // Entry n of the dictionary is the output from start[n], size[n] bytes long.
  const start = new Int32Array(4096);
  const size = new Int32Array(4096);
  let entries = 258;
  let width = 9;
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  let written = 0;
  let previousStart = -1;
  let previousSize = 0;
  while (written < length) {
    while (bitCount < width) {
      if (at >= packed.length) throw new Error(`LZW data that end after ${written} of ${length} bytes`);
      bits = ((bits << 8) | packed[at++]!) & 0xfffff;
      bitCount += 8;
    }
    bitCount -= width;
    const code = (bits >> bitCount) & ((1 << width) - 1);
    if (code === end) break;
    if (code === clear) {
      entries = 258;
      width = 9;
      previousStart = -1;
      continue;
    }
    const begin = written;
    if (code < clear) output[written++] = code;
    else if (code < entries || (code === entries && previousStart >= 0)) {
      // The newest entry may be the one being defined: previous bytes plus their first byte; copying forward gives just that.
      const from = code < entries ? start[code]! : previousStart;
      const count = code < entries ? size[code]! : previousSize + 1;
      for (let i = 0; i < count && written < length; i++) output[written++] = output[from + i]!;
    } else throw new Error(`LZW code ${code}, but only ${entries} are defined`);
    if (previousStart >= 0 && entries < 4096) {
      start[entries] = previousStart;
      size[entries] = previousSize + 1;
      entries++;
    }
    if (entries >= (1 << width) - 1 && width < 12) width++;
    previousStart = begin;
    previousSize = written - begin;
  }
  return output.subarray(0, written);
}

/** Runs: a byte n < 128 is followed by n + 1 bytes as they are, n > 128 by one byte to be repeated 257 − n times; 128 is nothing. */
function unpackRuns(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let written = 0;
  for (let at = 0; at < packed.length && written < length; ) {
    const n = packed[at++]!;
    if (n === 128) continue;
    const count = Math.min(n < 128 ? n + 1 : 257 - n, length - written);
    if (at + (n < 128 ? count : 1) > packed.length) throw new Error("PackBits data that end within a run");
    if (n < 128) output.set(packed.subarray(at, at + count), written);
    else output.fill(packed[at]!, written, written + count);
    at += n < 128 ? n + 1 : 1;
    written += count;
  }
  return output.subarray(0, written);
}

// A limit on the output, so that a damaged or malicious file cannot fill the memory.
const deflate = (packed: Buffer, length: number) => inflateSync(packed, { maxOutputLength: length + 65536 });
const zstd = (packed: Buffer, length: number) => zstdDecompressSync(packed, { maxOutputLength: length + 65536 });

/** What we read, by TIFF's compression number. */
export const tiffCodecs: Readonly<Record<number, TiffCodec>> = {
  1: { name: "none", unpack: (packed) => packed },
  5: { name: "LZW", unpack: unpackLzw },
  8: { name: "deflate", unpack: deflate },
  32946: { name: "deflate (old number)", unpack: deflate },
  32773: { name: "PackBits", unpack: unpackRuns },
  50000: { name: "Zstandard", unpack: zstd },
};

/** Names of methods that we do not read, for the message. */
export const otherCompressions: Readonly<Record<number, string>> = {
  2: "CCITT modified Huffman",
  3: "CCITT group 3 fax",
  4: "CCITT group 4 fax",
  6: "old-style JPEG",
  7: "JPEG",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34712: "JPEG 2000",
  34887: "LERC",
  34892: "lossy JPEG",
  34925: "LZMA",
  48124: "JPEG XR",
  22610: "JPEG XR",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};
