import type { LabelMap, Plane } from "../core/plane.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/** Which objects count. */
export interface BrightnessSpreadOptions {
  /** Grey level of the background; 0.1 on the canonical scale. */
  readonly background?: number;
  /** Smaller objects do not count, such as pieces that an image cuts off; canonical nuclei have 314 px. */
  readonly smallestAreaPx?: number;
  /** The spread of fewer objects says nothing. */
  readonly fewestObjects?: number;
}

/** Brightness of an object, in parts of the span from background to white, below which its logarithm would be of noise. */
const FAINTEST = 0.02;

/**
 * How much the objects of one image differ in brightness: the standard deviation, over objects, of the logarithm of their mean grey level above the
 * background. 0.2 says that they differ by about a fifth of their brightness.
 *
 * A mask does not say how bright a nucleus is, and a generator that is given nothing else has no reason to make one brighter than the next, as real
 * ones are.
 *
 * A measure of our own.
 *
 * @param image `[H, W]`, bright objects on dark ground
 * @param labels `[H, W]`
 * @returns undefined for fewer objects than count
 * @throws {@link ShapeError} when image and labels differ in size
 */
export function brightnessSpread(
  image: Plane,
  labels: LabelMap,
  { background = 0.1, smallestAreaPx = 60, fewestObjects = 4 }: BrightnessSpreadOptions = {},
): number | undefined {
  requireSameSize("brightnessSpread", image, labels);
  const objects = new Map<number, { sum: number; area: number }>();
  labels.data.forEach((label, pixel) => {
    if (label === 0) return;
    const object = objects.get(label) ?? { sum: 0, area: 0 };
    object.sum += image.data[pixel]! - background;
    object.area++;
    objects.set(label, object);
  });
  const logarithms = [...objects.values()]
    .filter(({ area }) => area >= smallestAreaPx)
    .map(({ sum, area }) => Math.log(Math.max(FAINTEST, sum / area)));
  if (logarithms.length < Math.max(2, fewestObjects)) return undefined;
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length;
  const squares = logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (logarithms.length - 1));
}
