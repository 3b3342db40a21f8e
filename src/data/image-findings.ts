import type { Item } from "./dataset.ts";
import type { Finding } from "./finding.ts";
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

/** What is wrong with one image. */
export function imageFindings({ name, image }: Item): Finding[] {
  const { lowest, highest, saturated, hasHoles, isStretched } = pixelFacts(image);
  const findings: Finding[] = [];
  if (hasHoles)
    findings.push({
      severity: "error",
      where: name,
      message: "Some pixels are not numbers (NaN or infinite).",
      fix: "Export the image again; replace such pixels by the background.",
    });
  if (lowest === highest)
    findings.push({
      severity: "error",
      where: name,
      message: `Every pixel has the value ${lowest}: the image is empty.`,
      fix: "Remove it, or export it again.",
    });
  else if (saturated > 0.001)
    findings.push({
      severity: "warning",
      where: name,
      message: `${(100 * saturated).toFixed(1)} % of the pixels are saturated (at ${highest}); their true brightness is lost.`,
      fix: "Expose shorter next time, or leave such images out.",
    });
  if (isStretched)
    findings.push({
      severity: "info",
      where: name,
      message: "The 16-bit numbers hold only 8 bits: each is a multiple of 256 or 257.",
      fix: "If the camera gave more than 8 bits, export the original again.",
    });
  return findings;
}
