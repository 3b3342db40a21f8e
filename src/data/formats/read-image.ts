import { extname } from "node:path";
import { FormatError } from "../../core/errors.ts";
import type { Image } from "../image.ts";
import { type DecodedImage, informativeChannels } from "./decoded-image.ts";
import { fileBytes, withFile } from "./file-bytes.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodePng } from "./png.ts";
import { pngSignature } from "./png-chunks.ts";
import { readTiff } from "./tiff.ts";

/** The kinds of image file that we read, known by their first bytes; the name's ending plays no part. */
export type FormatName = "png" | "jpeg" | "tiff";

type Decoder = (path: string, options: { only?: "first" }) => Promise<DecodedImage[]>;

/** Each kind with the bytes it begins with and its decoder. */
const formats: Readonly<Record<FormatName, { begins: readonly Buffer[]; decode: Decoder }>> = {
  png: { begins: [pngSignature], decode: async (path) => [decodePng(await fileBytes(path), path)] },
  jpeg: {
    begins: [Buffer.from([0xff, 0xd8, 0xff])],
    decode: async (path) => [await decodeJpeg(await fileBytes(path), path)],
  },
  tiff: { begins: ["II*\0", "MM\0*", "II+\0", "MM\0+"].map((text) => Buffer.from(text, "latin1")), decode: readTiff },
};

const endings = new Set([".png", ".jpg", ".jpeg", ".tif", ".tiff"]);

/** Whether a name ends like an image that we read. */
export function isImageName(name: string): boolean {
  return endings.has(extname(name).toLowerCase());
}

/**
 * Kind of an image file, by its first bytes.
 *
 * @throws {@link FormatError} when the file is missing, empty, or none of our kinds
 */
export async function imageFormat(path: string): Promise<FormatName> {
  const [start, size] = await withFile(
    path,
    async (bytes) => [await bytes.read(0, Math.min(8, bytes.size)), bytes.size] as const,
  );
  for (const [name, { begins }] of Object.entries(formats))
    if (begins.some((begin) => start.subarray(0, begin.length).equals(begin))) return name as FormatName;
  const isCut =
    size > 0 && Object.values(formats).some(({ begins }) => begins.some((b) => b.subarray(0, size).equals(start)));
  throw new FormatError({
    where: path,
    expected: "a PNG, JPEG or TIFF image",
    received:
      size === 0
        ? "an empty file"
        : isCut
          ? `a file cut short after ${size} bytes`
          : `a file that begins with ${start.toString("hex")}`,
    fix: "Copy or download the file again, or export it as TIFF or PNG from the program that made it.",
  });
}

/** Images of a file as decoded, before grey pictures stored as colour are recognised; for label maps, whose numbers are names. */
export async function decodeImages(path: string, options: { only?: "first" } = {}): Promise<DecodedImage[]> {
  return formats[await imageFormat(path)].decode(path, options);
}

/**
 * The first image of a file: PNG, JPEG or TIFF in its own number kind and channels, never reduced to 8 bits.
 *
 * Grey stored as RGB or RGBA becomes one channel, and opacity that is the same everywhere is dropped.
 *
 * @throws {@link FormatError} when the file is missing, broken or of a kind that we cannot read
 */
export async function readImage(path: string): Promise<Image> {
  return informativeChannels((await decodeImages(path, { only: "first" }))[0]!);
}

/**
 * All images of a file: the pages of a TIFF, otherwise one.
 *
 * @throws {@link FormatError} as {@link readImage}
 */
export async function readImages(path: string): Promise<Image[]> {
  return (await decodeImages(path)).map(informativeChannels);
}
