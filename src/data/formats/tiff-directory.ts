/**
 * TIFF and BigTIFF as a chain of directories, each a table of tags; pixels are read elsewhere.
 *
 * Values are fetched only when asked for, so private tags of any maker (MetaMorph, Zeiss, …) do no harm.
 *
 * @see TIFF Revision 6.0, Adobe 1992, section 2; BigTIFF as in libtiff
 */
import { FormatError } from "../../core/errors.ts";
import type { FileBytes } from "./file-bytes.ts";

/** Tag numbers that we read or write. */
export const tag = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  imageDescription: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  software: 305,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  uic1: 33628,
  uic2: 33629,
} as const;

/** Bytes of one value of each field type; ASCII is 2, RATIONAL 5, SRATIONAL 10, BigTIFF's 64-bit types 16 to 18. */
const typeBytes: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** One line of a directory: where its `count` values of `type` lie in the file. */
export interface TiffField {
  readonly type: number;
  readonly count: number;
  readonly at: number;
}

/** One directory: usually one page, that is one picture. */
export interface TiffDirectory {
  readonly bytes: FileBytes;
  readonly littleEndian: boolean;
  readonly fields: ReadonlyMap<number, TiffField>;
}

const damaged = "The file is cut short or damaged: copy or download it again, or save it anew from the original.";

/** One number of a field type at a position of a buffer. */
function valueAt(buffer: Buffer, at: number, type: number, little: boolean): number {
  switch (type) {
    case 1:
    case 2:
    case 7:
      return buffer[at]!;
    case 3:
      return little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at);
    case 4:
    case 13:
      return little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at);
    case 5:
      return valueAt(buffer, at, 4, little) / valueAt(buffer, at + 4, 4, little);
    case 6:
      return buffer.readInt8(at);
    case 8:
      return little ? buffer.readInt16LE(at) : buffer.readInt16BE(at);
    case 9:
      return little ? buffer.readInt32LE(at) : buffer.readInt32BE(at);
    case 10:
      return valueAt(buffer, at, 9, little) / valueAt(buffer, at + 4, 9, little);
    case 11:
      return little ? buffer.readFloatLE(at) : buffer.readFloatBE(at);
    case 12:
      return little ? buffer.readDoubleLE(at) : buffer.readDoubleBE(at);
    case 17:
      return Number(little ? buffer.readBigInt64LE(at) : buffer.readBigInt64BE(at));
    default:
      return Number(little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
  }
}

/** All numbers of a tag; `undefined` when the directory has none. Text comes as its bytes. */
export async function tagNumbers(directory: TiffDirectory, number: number): Promise<number[] | undefined> {
  const field = directory.fields.get(number);
  const size = field && typeBytes[field.type];
  if (!field || !size) return undefined;
  const buffer = await directory.bytes.read(field.at, field.count * size);
  return Array.from({ length: field.count }, (_, i) => valueAt(buffer, i * size, field.type, directory.littleEndian));
}

/** The first number of a tag, or `otherwise`. */
export async function tagNumber(directory: TiffDirectory, number: number, otherwise: number): Promise<number> {
  return (await tagNumbers(directory, number))?.[0] ?? otherwise;
}

/** A tag's text without its closing zero; UTF-8, or Latin-1 where it is not valid UTF-8. */
export async function tagText(directory: TiffDirectory, number: number): Promise<string | undefined> {
  const field = directory.fields.get(number);
  if (!field) return undefined;
  const buffer = await directory.bytes.read(field.at, field.count);
  const end = buffer.indexOf(0);
  const text = end < 0 ? buffer : buffer.subarray(0, end);
  const decoded = text.toString("utf8");
  return decoded.includes("\ufffd") ? text.toString("latin1") : decoded;
}

/**
 * Directories of a file in order, leaving out previews (NewSubfileType 1).
 *
 * @throws {@link FormatError} when the header or a directory is broken, or the chain runs in a circle
 */
export async function* tiffDirectories(bytes: FileBytes): AsyncGenerator<TiffDirectory> {
  const where = bytes.path;
  const broken = (expected: string, received: string) => new FormatError({ where, expected, received, fix: damaged });

  const header = await bytes.read(0, 8);
  const littleEndian = header[0] === 0x49;
  const isBig = valueAt(header, 2, 3, littleEndian) === 43;
  const word = isBig ? 16 : 4; // field type of counts and offsets
  const wordBytes = isBig ? 8 : 4;
  const entryBytes = isBig ? 20 : 12;
  const countType = isBig ? 16 : 3;
  const countBytes = isBig ? 8 : 2;

  const seen = new Set<number>();
  let at = valueAt(isBig ? await bytes.read(8, 8) : header.subarray(4), 0, word, littleEndian);
  if (at === 0) throw broken("a TIFF with at least one page", "a header that points to none");
  while (at !== 0) {
    if (seen.has(at)) throw broken("a chain of pages that ends", `a page at byte ${at} that comes again`);
    seen.add(at);
    const count = valueAt(await bytes.read(at, countBytes), 0, countType, littleEndian);
    if (count === 0 || count > 65535) throw broken(`a page directory at byte ${at}`, `${count} tags`);
    const table = await bytes.read(at + countBytes, count * entryBytes + wordBytes);

    const fields = new Map<number, TiffField>();
    for (let i = 0; i < count; i++) {
      const entry = i * entryBytes;
      const type = valueAt(table, entry + 2, 3, littleEndian);
      const values = valueAt(table, entry + 4, word, littleEndian);
      const slot = entry + 4 + wordBytes; // small values lie in the table itself
      const fits = values * (typeBytes[type] ?? 0) <= wordBytes;
      fields.set(valueAt(table, entry, 3, littleEndian), {
        type,
        count: values,
        at: fits ? at + countBytes + slot : valueAt(table, slot, word, littleEndian),
      });
    }
    at = valueAt(table, count * entryBytes, word, littleEndian);

    const directory = { bytes, littleEndian, fields };
    const isPreview = ((await tagNumber(directory, tag.newSubfileType, 0)) & 1) === 1;
    if (!isPreview) yield directory;
  }
}
