import { join } from "node:path";
import type { Provenance } from "../../src/data/dataset.ts";
import { type TiffOptions, writeOmeTiff, writePng, writeTiff } from "../../src/data/formats/index.ts";
import type { Image, PixelType } from "../../src/data/image.ts";
import { examplePixels } from "./pixels.ts";

/** A file that our writers make, and that tifffile or Pillow read back in `fixtures/data/make.py`. */
export interface WrittenExample {
  readonly name: string;
  readonly images: readonly Image[];
  readonly options?: TiffOptions & { channelNames?: readonly string[] };
}

export const provenance: Provenance = {
  origin: "synthetic",
  method: "simulate",
  seed: 7,
  index: 3,
  settings: { note: 'µm <&> "quoted"', densityPerMm2: 1200 },
};

const pages = (type: PixelType, count: number, channels = 1) =>
  Array.from({ length: count }, (_, page) => examplePixels(type, { page, channels }));
const sized = (images: Image[], pixelSizeUm: number) => images.map((image) => ({ ...image, pixelSizeUm }));
const types: readonly PixelType[] = ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64"];

export const writtenExamples: readonly WrittenExample[] = [
  ...types.flatMap((type): WrittenExample[] => [
    { name: `${type}-3p.tif`, images: pages(type, 3), options: { compression: "none" } },
    { name: `${type}-3p-deflate.tif`, images: pages(type, 3) },
  ]),
  ...[2, 3, 5].map((channels) => ({ name: `uint16-${channels}c.tif`, images: pages("uint16", 1, channels) })),
  { name: "big.tif", images: pages("uint16", 2), options: { bigTiff: true, compression: "none" } },
  { name: "tall.tif", images: [examplePixels("uint16", { height: 700, width: 300 })] }, // more than one strip
  { name: "calibrated.tif", images: sized(pages("uint16", 1), 0.108), options: { provenance, compression: "none" } },
  ...[1, 2, 3, 5].map((channels) => ({
    name: `uint16-2t${channels}c.ome.tif`,
    images: sized(pages("uint16", 2, channels), 0.325),
    options: { provenance, channelNames: ["DAPI", "µ-tubulin <&>"], compression: "none" as const },
  })),
  { name: "float32-2t2c.ome.tif", images: pages("float32", 2, 2) },
  { name: "grey8.png", images: pages("uint8", 1) },
  { name: "grey16.png", images: sized(pages("uint16", 1), 0.108), options: { provenance } },
  { name: "rgb8.png", images: pages("uint8", 1, 3) },
];

/** Writes an example into a folder, by the writer that its name asks for. */
export async function writeExample({ name, images, options = {} }: WrittenExample, folder: string): Promise<string> {
  const path = join(folder, name);
  if (name.endsWith(".png")) await writePng(path, images[0]!, options);
  else if (name.endsWith(".ome.tif")) await writeOmeTiff(path, images, options);
  else await writeTiff(path, images, options);
  return path;
}
