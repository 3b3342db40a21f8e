/**
 * Label maps from files: 0 is background, every other value one object. How a file is understood:
 *
 * - one channel of integers (PNG 1 to 16 bits, TIFF 8 to 32 bits, floats that are whole numbers): the value is the label;
 * - a palette PNG: the index is the label, its colour only decoration;
 * - RGB(A) with red = green = blue: that value is the label;
 * - RGB(A) with green and blue empty (BBBC039): red only tells touching objects apart, so each 4-connected piece of one red value
 *   is an object;
 * - other colours are refused, for nobody can say what they mean.
 */
import { FormatError } from "../../core/errors.ts";
import type { LabelMap } from "../../core/plane.ts";
import { components } from "../../image/components.ts";
import type { Provenance } from "../dataset.ts";
import type { Image, PixelData } from "../image.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { decodeImages } from "./read-image.ts";
import { writePng } from "./write-png.ts";
import { writeTiff } from "./write-tiff.ts";

/** Whether a channel holds only this value. */
function isConstant({ data, height, width }: Image, channel: number, value: number): boolean {
  const size = height * width;
  for (let i = channel * size; i < (channel + 1) * size; i++) if (data[i] !== value) return false;
  return true;
}

/** Whether two channels are equal. */
function sameChannels({ data, height, width }: Image, a: number, b: number): boolean {
  const size = height * width;
  for (let i = 0; i < size; i++) if (data[a * size + i] !== data[b * size + i]) return false;
  return true;
}

/** Label values of one channel, which must be whole numbers from 0 to 2³² − 1. */
function wholeNumbers(values: PixelData, where: string): Uint32Array {
  const labels = new Uint32Array(values.length);
  for (let i = 0; i < labels.length; i++) {
    const value = values[i]!;
    labels[i] = value;
    if (labels[i] !== value)
      throw new FormatError({
        where,
        expected: "whole numbers from 0 to 4294967295 as labels",
        received: `the value ${value}`,
        fix: "Save the label map as 16- or 32-bit unsigned integers, and never resize it with interpolation.",
      });
  }
  return labels;
}

/** The labels that a decoded picture means. */
function labelsOf({ image, isRgb, hasAlpha }: DecodedImage, where: string): LabelMap {
  const { height, width } = image;
  const channels = image.channels - (hasAlpha ? 1 : 0);
  const first = { data: wholeNumbers(image.data.subarray(0, height * width), where), height, width };
  if (channels === 1) return first;
  if (isRgb && channels === 3) {
    if (isConstant(image, 1, 0) && isConstant(image, 2, 0)) return components(first, { connectivity: 4 });
    if (sameChannels(image, 0, 1) && sameChannels(image, 0, 2)) return first;
  }
  throw new FormatError({
    where,
    expected: "a label map: one channel, a palette, or RGB with labels in red only",
    received: isRgb ? "a colour picture" : `${channels} channels`,
    fix: "Save one number per object in a 16-bit PNG or TIFF. An overlay or a coloured picture of labels is no label map.",
  });
}

/**
 * Label map of a file; what counts as one is listed at the top of `labels.ts`.
 *
 * @throws {@link FormatError} when the file is missing, broken, has several pages, or is no label map
 */
export async function readLabels(path: string): Promise<LabelMap> {
  const pages = await decodeImages(path);
  if (pages.length !== 1)
    throw new FormatError({
      where: path,
      expected: "one label map",
      received: `${pages.length} pages`,
      fix: "Save each page as a file of its own, named like its image.",
    });
  return labelsOf(pages[0]!, path);
}

/**
 * Label map merged from one mask per object, as in Kaggle's Data Science Bowl 2018: any value above 0 belongs to the object.
 *
 * Objects are numbered in the order of the paths, from 1. Where masks overlap, the first keeps the pixel.
 *
 * @throws {@link FormatError} when a mask is broken or of another size than the first
 */
export async function readObjectMasks(paths: readonly string[]): Promise<LabelMap> {
  let merged: LabelMap | undefined;
  for (const [index, path] of paths.entries()) {
    const { image } = (await decodeImages(path, { only: "first" }))[0]!;
    const { height, width } = image;
    merged ??= { data: new Uint32Array(height * width), height, width };
    if (height !== merged.height || width !== merged.width)
      throw new FormatError({
        where: path,
        expected: `a mask of ${merged.width} x ${merged.height} pixels, like ${paths[0]}`,
        received: `${width} x ${height}`,
        fix: "All masks of one image have its size. Mend or remove this one.",
      });
    for (let i = 0; i < merged.data.length; i++)
      if (image.data[i]! > 0 && merged.data[i] === 0) merged.data[i] = index + 1;
  }
  return merged ?? { data: new Uint32Array(0), height: 0, width: 0 };
}

/**
 * Writes a label map: a name ending in `.png` holds labels to 65535, `.tif` any label (16 bits where they suffice, else 32).
 *
 * @throws {@link FormatError} when the labels need more than PNG can hold
 * @throws {@link OutputError} when the file cannot be written
 */
export async function writeLabels(
  path: string,
  labels: LabelMap,
  options: { readonly provenance?: Provenance } = {},
): Promise<void> {
  const { data, height, width } = labels;
  const largest = data.reduce((most, label) => Math.max(most, label), 0);
  const image: Image =
    largest < 65536
      ? { data: Uint16Array.from(data), pixelType: "uint16", channels: 1, height, width }
      : { data, pixelType: "uint32", channels: 1, height, width };
  if (/\.png$/i.test(path)) await writePng(path, image, options);
  else await writeTiff(path, image, options);
}
