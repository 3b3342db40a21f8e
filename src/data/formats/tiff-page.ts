/**
 * Pixels of one TIFF page, exactly as stored: no scaling, no inversion (white-is-zero), no palette look-up.
 *
 * In a microscope's TIFF a palette is nearly always just the colour in which a viewer shows grey levels, so the indices are the data.
 */
import { FormatError } from "../../core/errors.ts";
import type { Image, PixelType } from "../image.ts";
import { pixelArray } from "./pixel-type.ts";
import { otherCompressions, tiffCodecs } from "./tiff-codec.ts";
import { type TiffDirectory, tag, tagNumber, tagNumbers } from "./tiff-directory.ts";
import { blockNumbers, type StoredNumbers } from "./tiff-numbers.ts";

const resave = "Save it again as a plain TIFF, for example from Fiji (File > Save As > Tiff) or with `tiffcp -c zip`.";
const damaged = "The file is cut short or damaged: copy or download it again, or save it anew from the original.";

/** How the pixels of one directory are stored, in blocks that are strips or tiles. */
export interface PageLayout extends StoredNumbers {
  readonly height: number;
  readonly width: number;
  readonly isTiled: boolean;
  readonly blockHeight: number;
  readonly blockWidth: number;
  readonly compression: number;
}

/** Number kind that holds samples of this format and width. */
function pixelTypeOf(format: number, bits: number): PixelType | undefined {
  if ((format === 1 || format === 4) && bits <= 32) return bits <= 8 ? "uint8" : bits <= 16 ? "uint16" : "uint32";
  if (format === 2) return ({ 8: "int8", 16: "int16", 32: "int32" } as const)[bits];
  if (format === 3) return ({ 16: "float32", 32: "float32", 64: "float64" } as const)[bits];
  return undefined;
}

/** Reads how a page is stored, and refuses what we cannot read before touching a pixel. */
export async function pageLayout(directory: TiffDirectory): Promise<PageLayout> {
  const number = (which: number, otherwise: number) => tagNumber(directory, which, otherwise);
  const refuse = (expected: string, received: string) =>
    new FormatError({ where: directory.bytes.path, expected, received, fix: resave });

  const width = await number(tag.imageWidth, 0);
  const height = await number(tag.imageLength, 0);
  if (!(width > 0 && height > 0 && width * height < 2 ** 32))
    throw refuse("a page with a width and a height", `${width} x ${height} pixels`);
  const samples = await number(tag.samplesPerPixel, 1);
  const widths = (await tagNumbers(directory, tag.bitsPerSample)) ?? [1];
  const formats = (await tagNumbers(directory, tag.sampleFormat)) ?? [1];
  const bits = widths[0]!;
  const type = pixelTypeOf(formats[0]!, bits);
  if (!type || widths.some((w) => w !== bits) || formats.some((f) => f !== formats[0]))
    throw refuse(
      "numbers of one kind: integers to 32 bits or floats of 16, 32 or 64",
      `sample format ${[...new Set(formats)]} with ${[...new Set(widths)]} bits`,
    );
  const compression = await number(tag.compression, 1);
  if (!tiffCodecs[compression])
    throw refuse(
      "a TIFF without compression or with LZW, deflate, PackBits or Zstandard",
      `${otherCompressions[compression] ?? "an unknown"} compression (${compression})`,
    );
  const predictor = await number(tag.predictor, 1);
  const fitsPredictor = predictor === 1 || (predictor === 2 && bits % 8 === 0) || (predictor === 3 && formats[0] === 3);
  if (!fitsPredictor) throw refuse("predictor 1, 2 or 3", `predictor ${predictor} on ${bits}-bit numbers`);
  if ((await number(tag.fillOrder, 1)) === 2 && bits % 8 !== 0) throw refuse("bits in normal order", "FillOrder 2");
  if ((await number(tag.photometric, 1)) === 6) throw refuse("grey or RGB", "YCbCr colours");

  const isTiled = directory.fields.has(tag.tileWidth);
  return {
    height,
    width,
    samples,
    bits,
    type,
    isHalfFloat: formats[0] === 3 && bits === 16,
    isPlanar: samples > 1 && (await number(tag.planarConfiguration, 1)) === 2,
    isTiled,
    blockHeight: isTiled ? await number(tag.tileLength, 0) : Math.min(await number(tag.rowsPerStrip, height), height),
    blockWidth: isTiled ? await number(tag.tileWidth, 0) : width,
    compression,
    predictor,
  };
}

/** Picture of one directory, planar `[C, H, W]`. */
export async function pagePixels(directory: TiffDirectory, page: PageLayout): Promise<Image> {
  const { bytes, littleEndian } = directory;
  const { height, width, samples, bits, isPlanar, isTiled, blockHeight, blockWidth } = page;
  const offsets = (await tagNumbers(directory, isTiled ? tag.tileOffsets : tag.stripOffsets)) ?? [];
  const across = Math.ceil(width / blockWidth);
  const down = Math.ceil(height / blockHeight);
  const blocksPerPlane = across * down;
  const expected = blocksPerPlane * (isPlanar ? samples : 1);
  const samplesPerBlock = isPlanar ? 1 : samples;
  const rowBytes = Math.ceil((blockWidth * samplesPerBlock * bits) / 8);
  // Only one old habit is tolerated: a single uncompressed strip without its length.
  const counts =
    (await tagNumbers(directory, isTiled ? tag.tileByteCounts : tag.stripByteCounts)) ??
    (expected === 1 && page.compression === 1 ? [rowBytes * height] : []);
  const broken = (what: string, received: string) =>
    new FormatError({
      where: bytes.path,
      expected: what,
      received,
      fix: damaged,
    });
  if (!(expected > 0) || offsets.length < expected || counts.length < expected)
    throw broken(`${expected} ${isTiled ? "tiles" : "strips"} of pixels`, `${Math.min(offsets.length, counts.length)}`);
  const end = offsets.slice(0, expected).reduce((last, offset, i) => Math.max(last, offset + counts[i]!), 0);
  if (end > bytes.size) throw broken(`pixels up to byte ${end}`, `a file that ends after ${bytes.size} bytes`);

  const size = height * width;
  const data = pixelArray(page.type, samples * size);
  for (let index = 0; index < expected; index++) {
    const place = index % blocksPerPlane;
    const y0 = Math.floor(place / across) * blockHeight;
    const x0 = (place % across) * blockWidth;
    const rows = isTiled ? blockHeight : Math.min(blockHeight, height - y0);
    const perRow = blockWidth * samplesPerBlock;
    const packed = await bytes.read(offsets[index]!, counts[index]!);
    const what = `${isTiled ? "tile" : "strip"} ${index} with ${rows * rowBytes} bytes of pixels`;
    let raw: Uint8Array;
    try {
      raw = tiffCodecs[page.compression]!.unpack(packed, rows * rowBytes);
    } catch (cause) {
      throw broken(what, (cause as Error).message);
    }
    if (raw.length < rows * rowBytes) throw broken(what, `${raw.length} bytes`);
    const numbers = blockNumbers(raw, rows, perRow, page, littleEndian);
    const plane = isPlanar ? Math.floor(index / blocksPerPlane) : 0;
    const shown = Math.min(blockWidth, width - x0);
    for (let y = 0; y < Math.min(rows, height - y0); y++) {
      const target = plane * size + (y0 + y) * width + x0;
      if (samplesPerBlock === 1) data.set(numbers.subarray(y * perRow, y * perRow + shown), target);
      else
        for (let sample = 0; sample < samples; sample++)
          for (let x = 0; x < shown; x++)
            data[sample * size + target + x] = numbers[y * perRow + x * samples + sample]!;
    }
  }
  return { data, pixelType: page.type, channels: samples, height, width };
}

/** The `index`-th plane of a stack that lies in one piece behind its only directory (ImageJ above 4 GB, MetaMorph). */
export async function stackedPlane(directory: TiffDirectory, page: PageLayout, index: number): Promise<Image> {
  const { height, width, samples, bits } = page;
  const planeBytes = (height * width * samples * bits) / 8;
  const first = (await tagNumber(directory, tag.stripOffsets, 0)) + index * planeBytes;
  const raw = await directory.bytes.read(first, planeBytes);
  const data = blockNumbers(raw, height, width, page, directory.littleEndian);
  return { data, pixelType: page.type, channels: samples, height, width };
}
