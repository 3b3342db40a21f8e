import { basename } from "node:path";
import { DataError } from "../../core/errors.ts";
import { readMeanFrame } from "../../data/formats/index.ts";
import type { Image } from "../../data/image.ts";

/** What a camera's movie shows on average, and how much of the specimen. */
export interface CameraField {
  /** The mean frame, with the size of its pixels. */
  readonly image: Image & { readonly pixelSizeUm: number };
  readonly frames: number;
  readonly widthUm: number;
  readonly heightUm: number;
  /** Where it comes from, in words. */
  readonly text: string;
}

/** Relative error that sizes of pixels may have: files round them. */
const ROUNDING = 1e-3;

/**
 * The field of a movie, on a grid that the pixels of a sharp picture divide.
 *
 * @param pixelSizeUm edge of a pixel of the sharp picture
 * @param options.cameraPixelUm edge of a camera pixel; unless given, the file must say it
 * @throws {@link FormatError} when the movie cannot be read
 * @throws {@link DataError} when the size of its pixels is unknown, or no multiple of the picture's
 */
export async function cameraField(
  movie: string,
  pixelSizeUm: number,
  { cameraPixelUm, signal }: { readonly cameraPixelUm?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<CameraField> {
  const { image, frames } = await readMeanFrame(movie, signal ? { signal } : {});
  const edgeUm = cameraPixelUm ?? image.pixelSizeUm;
  if (edgeUm === undefined)
    throw new DataError({
      where: movie,
      expected: "the size of a camera pixel, to lay frames and localisations upon each other",
      received: "a file that does not say it",
      fix: "Give it with --camera-pixel-um, for instance 0.1.",
    });
  const scale = Math.round(edgeUm / pixelSizeUm);
  if (scale < 1 || Math.abs(edgeUm / (scale * pixelSizeUm) - 1) > ROUNDING)
    throw new DataError({
      where: movie,
      expected: `a camera pixel that is a whole number of the picture's pixels of ${pixelSizeUm} µm wide`,
      received: `${edgeUm} µm`,
      fix: `Set --pixel-size-um to the camera's pixel, half or a quarter of it: ${[1, 2, 4].map((n) => Number((edgeUm / n).toPrecision(4))).join(", ")}.`,
    });
  return {
    image: { ...image, pixelSizeUm: scale * pixelSizeUm },
    frames,
    widthUm: image.width * scale * pixelSizeUm,
    heightUm: image.height * scale * pixelSizeUm,
    text: `${basename(movie)}: mean of ${frames} frames`,
  };
}
