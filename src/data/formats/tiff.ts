import { FormatError } from "../../core/errors.ts";
import type { Image } from "../image.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { withFile } from "./file-bytes.ts";
import { pixelArray } from "./pixel-type.ts";
import { type TiffDirectory, tag, tagNumber, tagNumbers, tagText, tiffDirectories } from "./tiff-directory.ts";
import { pageLayout, pagePixels, stackedPlane } from "./tiff-page.ts";
import { pixelSizeOf } from "./tiff-pixel-size.ts";
import { type StackLayout, stackLayout } from "./tiff-stack.ts";

/** Planes of equal size and kind as the channels of one image. */
function stackChannels(planes: readonly Image[], where: string): Image {
  const first = planes[0]!;
  if (planes.length === 1) return first;
  const odd = planes.find(
    (p) => p.height !== first.height || p.width !== first.width || p.pixelType !== first.pixelType,
  );
  if (odd)
    throw new FormatError({
      where,
      expected: `channels that are all ${first.width} x ${first.height} ${first.pixelType}`,
      received: `one of ${odd.width} x ${odd.height} ${odd.pixelType}`,
      fix: "Save the channels as separate files.",
    });
  const size = first.data.length;
  const data = pixelArray(first.pixelType, size * planes.length);
  for (const [i, plane] of planes.entries()) data.set(plane.data, i * size);
  return { ...first, data, channels: planes.length * first.channels };
}

/** Everything the file says in words: the first page's description. */
export async function readTiffDescription(path: string): Promise<string | undefined> {
  return withFile(path, async (bytes) => {
    for await (const directory of tiffDirectories(bytes)) return tagText(directory, tag.imageDescription);
    return undefined;
  });
}

/** One image: its planes gathered, its pixel size looked up. */
async function imageOf(
  directories: readonly TiffDirectory[],
  layout: StackLayout,
  index: number,
): Promise<DecodedImage> {
  const first = directories[0]!;
  const where = first.bytes.path;
  const planes: Image[] = [];
  for (const plane of layout.images[index]!) {
    const directory = layout.inOnePiece ? first : directories[plane]!;
    const page = await pageLayout(directory);
    planes.push(layout.inOnePiece ? await stackedPlane(first, page, plane) : await pagePixels(directory, page));
  }
  const photometric = await tagNumber(first, tag.photometric, 1);
  const extra = (await tagNumbers(first, tag.extraSamples)) ?? [];
  const hasAlpha = planes.length === 1 && (extra.at(-1) === 1 || extra.at(-1) === 2);
  const pixelSizeUm = await pixelSizeOf(first);
  return {
    image: { ...stackChannels(planes, where), ...(pixelSizeUm === undefined ? {} : { pixelSizeUm }) },
    isRgb: photometric === 2 && planes.length === 1 && planes[0]!.channels === (hasAlpha ? 4 : 3),
    hasAlpha,
  };
}

/**
 * Shows the images of a TIFF one after the other, all or only the first. Pages that OME or ImageJ metadata call channels of one picture become one image.
 *
 * @param visit what to do with each; the next is read when it is done
 * @throws {@link FormatError} when the file is cut short, corrupt, or of a kind that we cannot read
 */
export async function visitTiff(
  path: string,
  visit: (image: DecodedImage, index: number, count: number) => void | Promise<void>,
  { only }: { only?: "first" } = {},
): Promise<void> {
  await withFile(path, async (bytes) => {
    const directories: TiffDirectory[] = [];
    for await (const directory of tiffDirectories(bytes)) {
      directories.push(directory);
      if (only === "first" && directories.length === 1 && !(await stackLayout(directories)).mayNeedMore) break;
    }
    if (directories.length === 0)
      throw new FormatError({
        where: path,
        expected: "a TIFF with at least one full-size page",
        received: "previews only",
        fix: "Save the full-size image again.",
      });
    const layout = await stackLayout(directories);
    const count = only === "first" ? 1 : layout.images.length;
    for (let i = 0; i < count; i++) await visit(await imageOf(directories, layout, i), i, count);
  });
}

/** Images of a TIFF in order, as {@link visitTiff} shows them. */
export async function readTiff(path: string, options: { only?: "first" } = {}): Promise<DecodedImage[]> {
  const images: DecodedImage[] = [];
  await visitTiff(path, (image) => void images.push(image), options);
  return images;
}

/** Number of images in a TIFF, counted as {@link readTiff} does. */
export async function tiffImageCount(path: string): Promise<number> {
  return withFile(path, async (bytes) => {
    const directories: TiffDirectory[] = [];
    for await (const directory of tiffDirectories(bytes)) directories.push(directory);
    return (await stackLayout(directories)).images.length;
  });
}
