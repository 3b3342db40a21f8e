import { type OmePixels, parseOme } from "./ome-xml.ts";
import { type TiffDirectory, tag, tagNumber, tagText } from "./tiff-directory.ts";

/** How the planes of a file make up images. */
export interface StackLayout {
  /** For each image its planes, one per channel: directory numbers, or plane numbers when the stack is in one piece. */
  readonly images: readonly (readonly number[])[];
  /** Whether all planes follow each other behind a single directory. */
  readonly inOnePiece: boolean;
  /** Whether the description speaks of more planes, so that one directory is not enough to know the first image. */
  readonly mayNeedMore: boolean;
}

/** Directory of each plane of an OME image, by channel, depth and time. */
function omeImages({ sizeC, sizeZ, sizeT, order, planes }: OmePixels, samples: number): number[][] {
  const sizes: Record<string, number> = { C: Math.max(1, Math.round(sizeC / samples)), Z: sizeZ, T: sizeT };
  const steps: Record<string, number> = {};
  let total = 1;
  for (const axis of order) {
    steps[axis] = total;
    total *= sizes[axis] ?? 1;
  }
  const directory = Array.from({ length: total }, (_, plane) => plane);
  for (const [c, z, t, first, count] of planes) {
    const start = c * steps.C! + z * steps.Z! + t * steps.T!;
    for (let i = 0; i < Math.min(count, total - start); i++) directory[start + i] = first + i;
  }
  const images: number[][] = [];
  for (let t = 0; t < sizes.T!; t++)
    for (let z = 0; z < sizes.Z!; z++)
      images.push(
        Array.from({ length: sizes.C! }, (_, c) => directory[c * steps.C! + z * steps.Z! + t * steps.T!] ?? Number.NaN),
      );
  return images;
}

/** ImageJ's `key=value` lines, as one table; `undefined` when another program wrote the text. */
export function parseImageJ(text: string | undefined): Record<string, string> | undefined {
  if (!text?.startsWith("ImageJ=")) return undefined;
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()]] : [];
    }),
  );
}

/**
 * How the directories of a file make up images, from OME-XML, ImageJ's or MetaMorph's own notes.
 *
 * A description that does not fit the directories is not believed: then each page is one image.
 */
export async function stackLayout(directories: readonly TiffDirectory[]): Promise<StackLayout> {
  const first = directories[0]!;
  const found = directories.length;
  const text = await tagText(first, tag.imageDescription);
  const samples = await tagNumber(first, tag.samplesPerPixel, 1);
  const bits = await tagNumber(first, tag.bitsPerSample, 1);
  const isPlain = (await tagNumber(first, tag.compression, 1)) === 1 && samples === 1 && bits % 8 === 0 && bits !== 24;
  const single = (count: number) => Array.from({ length: count }, (_, page) => [page]);

  const ome = text === undefined ? undefined : parseOme(text);
  if (ome) {
    const images = omeImages(ome, samples);
    const fits = images.every((planes) => planes.every((plane) => plane >= 0 && plane < found));
    return { images: fits ? images : single(found), inOnePiece: false, mayNeedMore: images[0]!.length > 1 || !fits };
  }

  const imageJ = parseImageJ(text);
  if (imageJ) {
    const count = Number(imageJ.images ?? 1);
    const channels = Number(imageJ.channels ?? 1);
    const inOnePiece = found === 1 && count > 1 && isPlain;
    const fits = (inOnePiece || count === found) && count % channels === 0;
    const images = Array.from({ length: count / channels }, (_, i) =>
      Array.from({ length: channels }, (_, c) => i * channels + c),
    );
    return { images: fits ? images : single(found), inOnePiece: fits && inOnePiece, mayNeedMore: count > 1 };
  }

  const planes = first.fields.get(tag.uic2)?.count ?? 1;
  const inOnePiece = found === 1 && planes > 1 && isPlain;
  return { images: single(inOnePiece ? planes : found), inOnePiece, mayNeedMore: false };
}
