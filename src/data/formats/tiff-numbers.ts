import type { PixelData, PixelType } from "../image.ts";
import { pixelArray, pixelTypes } from "./pixel-type.ts";

/** How the numbers of a page are stored. */
export interface StoredNumbers {
  readonly type: PixelType;
  readonly bits: number;
  readonly isHalfFloat: boolean;
  readonly samples: number;
  /** Whether each channel has strips of its own. */
  readonly isPlanar: boolean;
  /** 1 none, 2 differences of numbers, 3 differences of the bytes of floats. */
  readonly predictor: number;
}

/** Numbers of 1 to 31 bits, highest bit first, each row beginning at a byte. */
function unpackBits(packed: Uint8Array, rows: number, perRow: number, bits: number, type: PixelType): PixelData {
  const rowBytes = Math.ceil((perRow * bits) / 8);
  const numbers = pixelArray(type, rows * perRow);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < perRow; x++) {
      let value = 0;
      for (let bit = x * bits, left = bits; left > 0; ) {
        const take = Math.min(8 - (bit & 7), left);
        const byte = packed[y * rowBytes + (bit >> 3)]!;
        value = value * 2 ** take + ((byte >> (8 - (bit & 7) - take)) & ((1 << take) - 1));
        bit += take;
        left -= take;
      }
      numbers[y * perRow + x] = value;
    }
  return numbers;
}

/** Real number of a half-precision bit pattern (IEEE 754 binary16). */
function halfFloat(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 31;
  const fraction = pattern & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

/** Undoes predictor 3 in place: bytes were split into planes, highest first, and stored as differences. */
function joinFloatBytes(block: Uint8Array, rows: number, perRow: number, bytes: number, step: number): void {
  const rowBytes = perRow * bytes;
  for (let y = 0; y < rows; y++) {
    const row = block.subarray(y * rowBytes, (y + 1) * rowBytes);
    for (let i = step; i < rowBytes; i++) row[i] = row[i]! + row[i - step]!;
    const planes = new Uint8Array(row); // a copy: Buffer.slice would share memory
    for (let x = 0; x < perRow; x++)
      for (let byte = 0; byte < bytes; byte++) row[x * bytes + byte] = planes[(bytes - 1 - byte) * perRow + x]!;
  }
}

/**
 * The numbers of one unpacked strip or tile, `rows` rows of `perRow` numbers: byte order mended, differences summed.
 *
 * Predictors are those of TIFF Revision 6.0 section 14 (2) and Adobe Photoshop TIFF Technical Note 3 (3).
 */
export function blockNumbers(
  raw: Uint8Array,
  rows: number,
  perRow: number,
  page: StoredNumbers,
  little: boolean,
): PixelData {
  const { bits, type, predictor, isHalfFloat, isPlanar, samples } = page;
  if (bits % 8 !== 0 || bits === 24) return unpackBits(raw, rows, perRow, bits, type);
  const bytes = bits / 8;
  const step = isPlanar ? 1 : samples;
  const block = Buffer.from(new Uint8Array(raw.subarray(0, rows * perRow * bytes)).buffer);
  if (predictor === 3) joinFloatBytes(block, rows, perRow, bytes, step);
  else if (!little && bytes === 2) block.swap16();
  else if (!little && bytes === 4) block.swap32();
  else if (!little && bytes === 8) block.swap64();
  const stored = isHalfFloat ? new Uint16Array(block.buffer) : new pixelTypes[type].array(block.buffer);
  // Predictor 2 stores differences of the numbers, so the byte order had to be mended first.
  if (predictor === 2)
    for (let y = 0; y < rows; y++)
      for (let i = y * perRow + step; i < (y + 1) * perRow; i++) stored[i] = stored[i]! + stored[i - step]!;
  return isHalfFloat ? Float32Array.from(stored, halfFloat) : stored;
}
