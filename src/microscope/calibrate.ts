import { DataError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { pause, stopIfCancelled, type WorkOptions } from "../core/progress.ts";
import { type Random, random as seeded } from "../core/random.ts";
import { type CanonicalForm, estimateCanonicalForm, toCanonical } from "../data/canonical.ts";
import { compareDescriptors, type DescriptorComparison } from "./compare-descriptors.ts";
import { type Descriptors, descriptors } from "./descriptors.ts";
import { fitField } from "./fit-field.ts";
import { noiseLevel } from "./noise-level.ts";
import { renderCanonical } from "./render-canonical.ts";
import { checkSettings, type FieldSettings, type MicroscopeSettings } from "./settings.ts";
import type { NucleusTraits } from "./specimens/placement.ts";

/** A simulator fitted to a set of images, and how well it fits. Plain data. */
export interface Calibration {
  /** One field per image that shows nuclei, so that a set of several kinds of cells is imitated kind by kind. */
  readonly settings: MicroscopeSettings;
  /** Of every real image used, in the order given, and of one simulated image for each field. Kept as JSON, `NaN` becomes `null`. */
  readonly real: readonly Descriptors[];
  readonly simulated: readonly Descriptors[];
  /** Distance between the two, descriptor by descriptor. */
  readonly comparison: readonly DescriptorComparison[];
}

/** How a calibration is made. */
export interface CalibrateOptions extends WorkOptions {
  readonly pixelSizeUm?: number | "unknown";
  readonly random?: Random;
  /** Of a larger set, as many images evenly spread over it are used; each takes about half a second. Default 48. */
  readonly mostImages?: number;
}

/** At most this many nuclei per image are kept to be resampled. */
const MOST_TRAITS = 120;
/** Nuclei that are not this many standard deviations of the noise above the background are none; pure noise gives about 0.5. */
const LEAST_CONTRAST = 1.2;
/** An image with fewer nuclei borrows as many from the whole set. */
const FEWEST_TRAITS = 10;

/** Nuclei of an image that look like single ones; clumps that analysis failed to split would breed giants. */
function traitsOf({ diameterPx, aspect, level }: Descriptors): NucleusTraits[] {
  const largest = Math.min(34, 1.75 * median(diameterPx));
  return diameterPx
    .map((diameter, i) => ({ diameterPx: diameter, aspect: aspect[i]!, level: level[i]! }))
    .filter(
      (nucleus) =>
        nucleus.diameterPx >= 8 && nucleus.diameterPx <= largest && nucleus.aspect <= 3 && nucleus.level > 0.2,
    );
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Whether the nuclei of an image are more than the bright half of its noise. */
function standsOut(image: Plane, { background, foreground }: CanonicalForm): boolean {
  return foreground - background > LEAST_CONTRAST * noiseLevel(image);
}

/** Bits of the camera that the brightest grey level needs: 8, 12, 14 or 16. */
function bitDepthOf(images: readonly Plane[]): number {
  const highest = images.reduce((most, { data }) => data.reduce((a, b) => Math.max(a, b), most), 0);
  return [8, 12, 14].find((bits) => highest < 2 ** bits) ?? 16;
}

/** At most `most` items, evenly spread over the list. */
function spread<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]!);
}

const rounded = (value: number) => Number(value.toPrecision(5));

/** The same data with five digits per number: settings are kept in run folders, and no measurement is better than that. */
function concise<T>(data: T): T {
  return JSON.parse(JSON.stringify(data, (_, value) => (typeof value === "number" ? rounded(value) : value))) as T;
}

/**
 * Fits the simulator to unlabelled images from their own statistics.
 *
 * Every image is brought to canonical form, its nuclei are found by plain image analysis, and a field of the simulator is fitted
 * to its descriptors: sizes, elongation and brightness resampled nucleus by nucleus, coverage, contacts and clustering, blur,
 * texture, halo, background and noise.
 *
 * @param images one channel each, in grey levels, `[H, W]`
 * @throws {@link DataError} when there is no image, or nuclei can be found in none
 * @throws {@link CancelledError} when the signal was given
 */
export async function calibrate(images: readonly Plane[], options: CalibrateOptions = {}): Promise<Calibration> {
  const { pixelSizeUm = "unknown", random = seeded(0), mostImages = 48, signal, onProgress } = options;
  const chosen = spread(images, mostImages);
  const forms = chosen.map((image) => estimateCanonicalForm(image));
  const real = chosen.map((image, i) => descriptors(toCanonical(image, forms[i]!)));
  const isUsable = chosen.map((image, i) => real[i]!.diameterPx.length > 0 && standsOut(image, forms[i]!));
  const pool = real.filter((_, i) => isUsable[i]).flatMap(traitsOf);
  if (pool.length === 0)
    throw new DataError({
      where: "calibrate",
      expected: "images with bright nuclei on a dark background",
      received: images.length === 0 ? "no image" : `${images.length} images in which none was found`,
      fix: "Check with `fantascope check` that these are fluorescence images of nuclei.",
    });

  const bitDepth = bitDepthOf(images);
  const fields: FieldSettings[] = [];
  for (const [i, image] of chosen.entries()) {
    const measured = real[i]!;
    const { background, foreground, scale } = forms[i]!;
    await pause();
    stopIfCancelled(signal, "calibrate");
    onProgress?.({ stage: "calibrate the simulator", done: i + 1, total: chosen.length });
    if (!isUsable[i]) continue;
    const stream = random.fork("calibrate", i);
    const own = stream.shuffle(traitsOf(measured)).slice(0, MOST_TRAITS);
    const borrowed = own.length < FEWEST_TRAITS ? stream.shuffle(pool).slice(0, FEWEST_TRAITS) : [];
    const { height, width } = image;
    const traits = [...own, ...borrowed];
    fields.push(fitField({ measured, traits, height, width, scale, background, foreground, bitDepth }, stream));
  }
  const settings = concise<MicroscopeSettings>({ pixelSizeUm, fields });
  checkSettings(settings, "calibration");

  const simulated = settings.fields.map((field, i) =>
    descriptors(likeness(field, pixelSizeUm, random.fork("likeness", i))),
  );
  return {
    settings,
    real,
    simulated,
    comparison: compareDescriptors(
      real.filter((_, i) => isUsable[i]),
      simulated,
    ),
  };
}

/** Simulated pictures for the comparison are no larger than this, to save time. */
const LIKENESS_PX = 288;

/** A simulated picture of the size of the real one that a field was fitted to, in canonical form. */
function likeness(field: FieldSettings, pixelSizeUm: number | "unknown", random: Random): Plane {
  const scale = field.canonicalScale!;
  const [height, width] = [field.height, field.width].map((side) =>
    Math.min(LIKENESS_PX, Math.round(side * scale)),
  ) as [number, number];
  return renderCanonical(field, pixelSizeUm, { height, width, scale, random }).image;
}
