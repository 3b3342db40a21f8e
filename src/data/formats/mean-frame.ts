import { FormatError } from "../../core/errors.ts";
import { pause, stopIfCancelled } from "../../core/progress.ts";
import type { Image } from "../image.ts";
import { imageFormat } from "./read-image.ts";
import { visitTiff } from "./tiff.ts";

/** The mean of a movie. */
export interface MeanFrame {
  /** `[C, H, W]`, 32-bit floating-point, in the movie's grey levels. */
  readonly image: Image;
  readonly frames: number;
}

/** Frames between two moments in which a request to stop comes in. */
const FRAMES_AT_ONCE = 32;

/**
 * Mean of all frames of a multi-page TIFF: of single molecules that blink, the image that a microscope of ordinary resolution would have recorded.
 * Frames are read one at a time, so that a movie of any length takes the memory of a few.
 *
 * @throws {@link FormatError} when the file is no TIFF, is broken, or its frames differ in size
 */
export async function readMeanFrame(path: string, { signal }: { signal?: AbortSignal } = {}): Promise<MeanFrame> {
  const format = await imageFormat(path);
  if (format !== "tiff")
    throw new FormatError({
      where: path,
      expected: "a TIFF with one page per frame",
      received: format.toUpperCase(),
      fix: "Export the movie as a multi-page TIFF from the program that made it.",
    });
  let first: Image | undefined;
  let sum = new Float64Array();
  let frames = 0;
  await visitTiff(path, async ({ image }, index, count) => {
    first ??= image;
    if (index === 0) sum = new Float64Array(image.data.length);
    const { width, height, channels } = image;
    if (width !== first.width || height !== first.height || channels !== first.channels)
      throw new FormatError({
        where: `${path}, page ${index + 1}`,
        expected: `a frame of ${first.width} x ${first.height} pixels, as the first`,
        received: `${width} x ${height}`,
        fix: "Save the movie without previews or overviews.",
      });
    for (let i = 0; i < sum.length; i++) sum[i]! += image.data[i]!;
    frames = count;
    if (index % FRAMES_AT_ONCE === 0) {
      await pause();
      stopIfCancelled(signal, `reading ${path}`);
    }
  });
  return {
    image: { ...first!, data: Float32Array.from(sum, (total) => total / frames), pixelType: "float32" },
    frames,
  };
}
