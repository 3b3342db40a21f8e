import { pixelTypes } from "./formats/pixel-type.ts";
import type { Image } from "./image.ts";

/** What the pixels of an image give away about its recording. */
export interface PixelFacts {
  readonly lowest: number;
  readonly highest: number;
  /** Share of pixels at the highest value, when that is where a camera of 8 to 16 bits ends. */
  readonly saturated: number;
  /** Whether some pixels are not finite numbers. */
  readonly hasHoles: boolean;
  /** Whether the 16-bit numbers are 8-bit ones multiplied by 256 or 257. */
  readonly isStretched: boolean;
}

/** Highest numbers of cameras with 8, 10, 12, 14 and 16 bits. */
const cameraLimits = new Set([8, 10, 12, 14, 16].map((bits) => 2 ** bits - 1));

/** Facts about the pixels of all channels. */
export function pixelFacts({ data, pixelType }: Image): PixelFacts {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let hasHoles = false;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) hasHoles = true;
    else if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  let atLimit = 0;
  if (pixelTypes[pixelType].sampleFormat === 1 && cameraLimits.has(highest))
    for (let i = 0; i < data.length; i++) if (data[i] === highest) atLimit++;
  const isStretched =
    pixelType === "uint16" &&
    highest > 255 &&
    [256, 257].some((factor) => data.every((value: number) => value % factor === 0));
  return { lowest, highest, saturated: atLimit / data.length, hasHoles, isStretched };
}
