/**
 * TIFF and OME-TIFF of every number kind and any number of channels and pages, deflate with differences, 32- or 64-bit offsets.
 *
 * Not done: tiles, pyramids, RGB interpretation (channels are just channels).
 *
 * @see TIFF Revision 6.0, Adobe 1992; OME-TIFF specification 6
 */
import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { deflateSync } from "node:zlib";
import { FormatError } from "../../core/errors.ts";
import type { Provenance } from "../dataset.ts";
import type { Image, PixelData } from "../image.ts";
import { writeAtomically } from "./atomic-write.ts";
import { formatFileRecord } from "./file-record.ts";
import { formatOme } from "./ome-xml.ts";
import { bytesOf, pixelTypes } from "./pixel-type.ts";
import { tag } from "./tiff-directory.ts";

/** How a TIFF is written. */
export interface TiffOptions {
  /** Where the image came from; stored inside the file. */
  readonly provenance?: Provenance;
  /** Free text of the first page; left out when there is a record of provenance or pixel size to store. */
  readonly description?: string;
  /** `"deflate"` (default) is read by every program; `"none"` is faster. */
  readonly compression?: "deflate" | "none";
  /** 64-bit offsets. Default: only for more than 4 GB of pixels. */
  readonly bigTiff?: boolean;
}

/** One field of a directory: a text, or numbers of a type (3 SHORT, 4 LONG, 5 RATIONAL, 16 LONG8). */
type Field = readonly [tag: number, type: 2 | 3 | 4 | 5 | 16, values: string | readonly number[]];

const rowsBytes = 1 << 18; // strips of about 256 kB: few enough to list, small enough to unpack one at a time

/** Bytes of a strip of one channel, integers as differences along each row when they are to be compressed. */
function stripBytes(rows: PixelData, width: number, withDifferences: boolean): Uint8Array {
  if (!withDifferences) return bytesOf(rows);
  const differences = rows.slice();
  for (let i = rows.length - 1; i > 0; i--) if (i % width !== 0) differences[i] = rows[i]! - rows[i - 1]!;
  return bytesOf(differences);
}

/** Bytes of one field's values. */
function fieldBytes(type: Field[1], values: Field[2]): Buffer {
  if (typeof values === "string") return Buffer.from(`${values}\0`, "utf8");
  const bytes = { 2: 1, 3: 2, 4: 4, 5: 8, 16: 8 }[type];
  const buffer = Buffer.alloc(bytes * values.length);
  for (const [i, value] of values.entries()) {
    const at = i * bytes;
    if (type === 3) buffer.writeUInt16LE(value, at);
    else if (type === 4) buffer.writeUInt32LE(value, at);
    else if (type === 16) buffer.writeBigUInt64LE(BigInt(value), at);
    else {
      const denominator = Math.min(1e6, Math.floor(0xffffffff / Math.max(1, value)));
      buffer.writeUInt32LE(Math.round(value * denominator), at);
      buffer.writeUInt32LE(denominator, at + 4);
    }
  }
  return buffer;
}

/** A directory with its longer values behind it, ready to stand at byte `at` of the file; `next` follows it, or nothing. */
function directoryBytes(fields: readonly Field[], at: number, isBig: boolean, hasNext: boolean): Buffer {
  const word = isBig ? 8 : 4;
  const entryBytes = isBig ? 20 : 12;
  const countBytes = isBig ? 8 : 2;
  const sorted = [...fields].sort((a, b) => a[0] - b[0]);
  const table = Buffer.alloc(countBytes + sorted.length * entryBytes + word);
  const setWord = (value: number, offset: number) =>
    isBig ? table.writeBigUInt64LE(BigInt(value), offset) : table.writeUInt32LE(value, offset);
  if (isBig) table.writeBigUInt64LE(BigInt(sorted.length), 0);
  else table.writeUInt16LE(sorted.length, 0);
  const longer: Buffer[] = [];
  let end = at + table.length;
  for (const [i, [number, type, values]] of sorted.entries()) {
    const entry = countBytes + i * entryBytes;
    const bytes = fieldBytes(type, values);
    table.writeUInt16LE(number, entry);
    table.writeUInt16LE(type, entry + 2);
    setWord(typeof values === "string" ? bytes.length : values.length, entry + 4);
    if (bytes.length <= word) table.set(bytes, entry + 4 + word);
    else {
      setWord(end, entry + 4 + word);
      longer.push(bytes, Buffer.alloc(bytes.length % 2)); // values begin at even bytes
      end += bytes.length + (bytes.length % 2);
    }
  }
  if (hasNext) setWord(end, table.length - word);
  return Buffer.concat([table, ...longer]);
}

/** Writes all pixels, then all directories, then the place of the first directory into the header. */
async function writePages(
  file: FileHandle,
  pages: readonly Image[],
  description: string,
  { compression = "deflate", bigTiff }: TiffOptions,
): Promise<void> {
  const total = pages.reduce((sum, page) => sum + page.data.byteLength, 0);
  const isBig = bigTiff ?? total > 2 ** 32 - 2 ** 26;
  let at = isBig ? 16 : 8;
  const append = async (bytes: Uint8Array) => {
    await file.write(bytes, 0, bytes.length, at);
    at += bytes.length;
  };
  const directories: Field[][] = [];
  for (const [pageIndex, { data, pixelType, channels, height, width, pixelSizeUm }] of pages.entries()) {
    const { bytes, sampleFormat } = pixelTypes[pixelType];
    const withDifferences = compression === "deflate" && sampleFormat !== 3;
    const rowsPerStrip = Math.max(1, Math.min(height, Math.floor(rowsBytes / (width * bytes))));
    const offsets: number[] = [];
    const counts: number[] = [];
    for (let channel = 0; channel < channels; channel++)
      for (let y = 0; y < height; y += rowsPerStrip) {
        const start = (channel * height + y) * width;
        const rows = data.subarray(start, start + Math.min(rowsPerStrip, height - y) * width);
        const strip = stripBytes(rows, width, withDifferences);
        const packed = compression === "deflate" ? deflateSync(strip) : strip;
        offsets.push(at);
        counts.push(packed.length);
        await append(packed);
        if (at % 2) await append(Buffer.alloc(1));
      }
    const repeated = (value: number) => Array<number>(channels).fill(value);
    const place = isBig ? 16 : 4;
    const perCm = pixelSizeUm === undefined ? 0 : 1e4 / pixelSizeUm;
    directories.push([
      [tag.newSubfileType, 4, [pages.length > 1 ? 2 : 0]],
      [tag.imageWidth, 4, [width]],
      [tag.imageLength, 4, [height]],
      [tag.bitsPerSample, 3, repeated(8 * bytes)],
      [tag.compression, 3, [compression === "deflate" ? 8 : 1]],
      [tag.photometric, 3, [1]],
      [tag.stripOffsets, place, offsets],
      [tag.samplesPerPixel, 3, [channels]],
      [tag.rowsPerStrip, 4, [rowsPerStrip]],
      [tag.stripByteCounts, place, counts],
      [tag.planarConfiguration, 3, [channels > 1 ? 2 : 1]],
      [tag.software, 2, "Fantascope"],
      [tag.sampleFormat, 3, repeated(sampleFormat)],
      ...(pageIndex === 0 && description ? [[tag.imageDescription, 2, description] as const] : []),
      ...(withDifferences ? [[tag.predictor, 3, [2]] as const] : []),
      ...(channels > 1 ? [[tag.extraSamples, 3, Array<number>(channels - 1).fill(0)] as const] : []),
      ...(perCm > 0 && perCm < 2 ** 32
        ? ([
            [tag.xResolution, 5, [perCm]],
            [tag.yResolution, 5, [perCm]],
            [tag.resolutionUnit, 3, [3]],
          ] as const)
        : []),
    ]);
  }
  const firstDirectory = at;
  for (const [i, fields] of directories.entries())
    await append(directoryBytes(fields, at, isBig, i + 1 < directories.length));

  const header = Buffer.alloc(isBig ? 16 : 8);
  header.write("II", "latin1");
  header.writeUInt16LE(isBig ? 43 : 42, 2);
  if (isBig) {
    header.writeUInt16LE(8, 4);
    header.writeBigUInt64LE(BigInt(firstDirectory), 8);
  } else header.writeUInt32LE(firstDirectory, 4);
  await file.write(header, 0, header.length, 0);
}

const pagesOf = (images: Image | readonly Image[]): readonly Image[] => ("data" in images ? [images] : images);

/**
 * Writes an image, or several as pages, as TIFF; channels lie one after the other in each page. Whole or not at all.
 *
 * @throws {@link OutputError} when the file cannot be written
 */
export async function writeTiff(
  path: string,
  images: Image | readonly Image[],
  options: TiffOptions = {},
): Promise<void> {
  const { provenance, description = "" } = options;
  const pages = pagesOf(images);
  const pixelSizeUm = pages[0]?.pixelSizeUm;
  const record = { ...(provenance ? { provenance } : {}), ...(pixelSizeUm === undefined ? {} : { pixelSizeUm }) };
  const text = provenance || pixelSizeUm !== undefined ? formatFileRecord(record) : description;
  await writeAtomically(path, (file) => writePages(file, pages, text, options));
}

/**
 * Writes an image, or several of one size as time points, as OME-TIFF with pixel size and channel names; one page per channel and
 * time point. Whole or not at all. Name it `.ome.tif`.
 *
 * @throws {@link FormatError} when the images differ in size, channels or number kind
 * @throws {@link OutputError} when the file cannot be written
 */
export async function writeOmeTiff(
  path: string,
  images: Image | readonly Image[],
  options: Omit<TiffOptions, "description"> & { readonly channelNames?: readonly string[] } = {},
): Promise<void> {
  const { provenance, channelNames } = options;
  const frames = pagesOf(images);
  const first = frames[0]!;
  const { pixelType, channels, height, width, pixelSizeUm } = first;
  const kind = (image: Image) => `${image.width} x ${image.height}, ${image.channels} channels, ${image.pixelType}`;
  const odd = frames.find((frame) => kind(frame) !== kind(first));
  if (odd)
    throw new FormatError({
      where: path,
      expected: `time points that are all ${kind(first)}`,
      received: kind(odd),
      fix: "Write them as separate files.",
    });
  const size = height * width;
  const pages = frames.flatMap((frame) =>
    Array.from(
      { length: channels },
      (_, c): Image => ({
        ...frame,
        channels: 1,
        data: frame.data.subarray(c * size, (c + 1) * size) as PixelData,
      }),
    ),
  );
  const xml = formatOme({
    name: basename(path),
    pixelType,
    width,
    height,
    sizeC: channels,
    sizeT: frames.length,
    pixelSizeUm,
    channelNames,
    record: provenance ? formatFileRecord({ provenance }) : undefined,
  });
  await writeAtomically(path, (file) => writePages(file, pages, xml, options));
}
