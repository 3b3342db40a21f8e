import type { LabelMap, Plane } from "../core/plane.ts";
import { medianOf } from "../image/median-of.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/** How an object stands out from the background along its outline. */
export interface ObjectContrast {
  readonly label: number;
  /**
   * Mean just inside minus mean just outside the outline, in the unit of the image. Negative: darker than its
   * surroundings.
   */
  readonly contrast: number;
  /**
   * `contrast` in parts of (median of all labelled pixels − median of all background pixels); 0 when these do not
   * differ.
   */
  readonly relative: number;
  /**
   * `contrast` over the standard deviation of the pixels just outside; 0 when these are all equal and nothing differs.
   */
  readonly toNoise: number;
}

/** Running sums over one side of one outline. */
interface Side {
  pixels: number;
  sum: number;
  sumOfSquares: number;
}

/** Sides with fewer pixels than this say nothing; the whole object, or the whole background, stands in for them. */
const fewestPixels = 3;

/**
 * Contrast of every labelled object across its outline.
 *
 * Just inside are the object's pixels with background within `bandPx`, just outside the background pixels with the
 * object within `bandPx`. Seams between touching objects take no part, and neither does the image border. An object
 * that is walled in by others is compared as a whole with the median of all background.
 *
 * @param image `[H, W]`, bright objects on dark background, best on the canonical scale (background 0.1, foreground
 * 0.55)
 * @param labels `[H, W]`
 * @param options.bandPx width of either band; about a seventh of a nucleus' diameter (3 px at the canonical 20 px)
 * @returns one entry per label, ascending
 * @throws {@link ShapeError} when image and labels differ in size
 */
export function outlineContrast(
  image: Plane,
  labels: LabelMap,
  { bandPx = 3 }: { bandPx?: number } = {},
): ObjectContrast[] {
  requireSameSize("outlineContrast", image, labels);
  const { inside, outside, whole } = collectSides(image, labels, bandPx);
  const background: number[] = [];
  const foreground: number[] = [];
  for (let pixel = 0; pixel < image.data.length; pixel++)
    (labels.data[pixel] === 0 ? background : foreground).push(image.data[pixel]!);
  const backgroundLevel = medianOf(background);
  const range = medianOf(foreground) - backgroundLevel;

  return [...whole.keys()]
    .sort((a, b) => a - b)
    .map((label) => {
      const within = inside.get(label);
      const around = outside.get(label);
      const isFree = within !== undefined && around !== undefined;
      const hasBands = isFree && within.pixels >= fewestPixels && around.pixels >= fewestPixels;
      const level = meanOf(hasBands ? within : whole.get(label)!);
      const surroundings = hasBands ? meanOf(around) : backgroundLevel;
      // Without any background (a label that fills the image) nothing can stand out from it.
      const contrast = Number.isNaN(surroundings) ? 0 : level - surroundings;
      const noise = around === undefined ? 0 : deviationOf(around);
      return {
        label,
        contrast,
        relative: range > 0 ? contrast / range : 0,
        toNoise: noise > 0 ? contrast / noise : contrast === 0 ? 0 : Math.sign(contrast) * Infinity,
      };
    });
}

/** Sums of the pixels of each object near background, of the background near each object, and of each whole object. */
function collectSides(image: Plane, { data, height, width }: LabelMap, bandPx: number) {
  const inside = new Map<number, Side>();
  const outside = new Map<number, Side>();
  const whole = new Map<number, Side>();
  const reach = Math.floor(bandPx);
  // The disc around a pixel, row by row: how far it extends to either side.
  const halfWidths = Array.from({ length: 2 * reach + 1 }, (_, row) =>
    Math.floor(Math.sqrt(bandPx ** 2 - (row - reach) ** 2)),
  );
  const near: number[] = []; // labels across an outline from this pixel; one array for all pixels
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const label = data[y * width + x]!;
      const value = image.data[y * width + x]!;
      near.length = 0;
      for (let ny = Math.max(0, y - reach); ny <= Math.min(height - 1, y + reach); ny++) {
        const halfWidth = halfWidths[ny - y + reach]!;
        const last = ny * width + Math.min(width - 1, x + halfWidth);
        for (let pixel = ny * width + Math.max(0, x - halfWidth); pixel <= last; pixel++) {
          const other = data[pixel]!;
          if (other !== label && (label === 0 || other === 0) && !near.includes(other)) near.push(other);
        }
      }
      if (label !== 0) add(whole, label, value);
      for (const other of near) {
        if (label !== 0) add(inside, label, value);
        else add(outside, other, value);
      }
    }
  return { inside, outside, whole };
}

function add(sides: Map<number, Side>, label: number, value: number): void {
  let side = sides.get(label);
  if (side === undefined) {
    side = { pixels: 0, sum: 0, sumOfSquares: 0 };
    sides.set(label, side);
  }
  side.pixels++;
  side.sum += value;
  side.sumOfSquares += value * value;
}

function meanOf({ sum, pixels }: Side): number {
  return sum / pixels;
}

function deviationOf(side: Side): number {
  return Math.sqrt(Math.max(0, side.sumOfSquares / side.pixels - meanOf(side) ** 2));
}
