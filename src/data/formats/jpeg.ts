import sharp from "sharp";
import { FormatError } from "../../core/errors.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { planar } from "./png.ts";

/**
 * A JPEG, grey or RGB, 8 bits. JPEG has lost detail and shows 8 × 8 blocks: `checkDataset` says so.
 *
 * The picture is taken as stored; an orientation note of a photo camera is not applied.
 *
 * @throws {@link FormatError} when the file is cut short, corrupt or neither grey nor RGB
 */
export async function decodeJpeg(bytes: Buffer, where: string): Promise<DecodedImage> {
  try {
    const jpeg = sharp(bytes, { failOn: "truncated" });
    const { space } = await jpeg.metadata();
    if (space !== "srgb" && space !== "b-w" && space !== "rgb") throw new Error(`a JPEG in colour space ${space}`);
    const { data, info } = await jpeg.raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return {
      image: { data: planar(new Uint8Array(data), channels), pixelType: "uint8", channels, height, width },
      isRgb: channels === 3,
      hasAlpha: false,
    };
  } catch (cause) {
    throw new FormatError({
      where,
      expected: "a complete grey or RGB JPEG",
      received: (cause as Error).message,
      fix: "Copy or download it again; better, use the lossless original (TIFF or PNG).",
      cause,
    });
  }
}
