import type { Random } from "../../core/random.ts";
import type { LocalizationTable } from "../../data/formats/localization-columns.ts";
import type { Emitters } from "../specimens/filament-emitters.ts";
import type { Blinks } from "./blinking.ts";
import { likelihoodPrecisionNm, mortensenPrecisionNm, type SpotSettings, thompsonPrecisionNm } from "./precision.ts";

/** How molecules are found in the movie. */
export interface LocalizeSettings {
  /** Standard deviation of the point-spread function, in nm: about 0.21 λ / NA. */
  readonly sigmaNm: number;
  readonly pixelSizeUm: number;
  /** Mean background per camera pixel and frame, in photons. */
  readonly backgroundPhotons: number;
  /** Weaker spots are not found; default 50 photons. */
  readonly minPhotons?: number;
  /** Which formula says how well a position is found; default `"likelihood"`. */
  readonly precision?: "thompson" | "mortensen" | "likelihood";
  /** Factor on the precision for all that the formula does not know, such as drift; default 1. */
  readonly excess?: number;
}

const formulas = {
  thompson: thompsonPrecisionNm,
  mortensen: mortensenPrecisionNm,
  likelihood: likelihoodPrecisionNm,
} as const satisfies Record<string, (spot: SpotSettings) => number>;

/** Blinks that were seen, in the order of their frames (counting sort). */
function byFrame({ frame, count }: Blinks, isSeen: (blink: number) => boolean): Int32Array {
  const last = frame.reduce((a, b) => Math.max(a, b), -1);
  const starts = new Int32Array(last + 2);
  for (let i = 0; i < count; i++) if (isSeen(i)) starts[frame[i]! + 1]!++;
  for (let f = 0; f <= last; f++) starts[f + 1]! += starts[f]!;
  const order = new Int32Array(starts[last + 1]!);
  for (let i = 0; i < count; i++) if (isSeen(i)) order[starts[frame[i]!]!++] = i;
  return order;
}

/**
 * The localisations that a good fit would find, without making the movie: every molecule where it is, give or take the precision
 * that its photons allow.
 *
 * Spots that overlap are found as if alone, so this is a sparse experiment's table.
 *
 * @returns ordered by frame, frames from 1
 */
export function localize(
  emitters: Emitters,
  blinks: Blinks,
  settings: LocalizeSettings,
  random: Random,
): LocalizationTable {
  const { sigmaNm, pixelSizeUm, backgroundPhotons, minPhotons = 50, precision = "likelihood", excess = 1 } = settings;
  const least = Math.max(1, minPhotons);
  const counted = blinks.photons.map((mean) => random.poisson(mean));
  const found = byFrame(blinks, (i) => counted[i]! >= least);
  const column = (value: (blink: number, row: number) => number) => {
    const values = new Float64Array(found.length);
    for (let row = 0; row < values.length; row++) values[row] = value(found[row]!, row);
    return values;
  };
  const intensityPhotons = column((i) => counted[i]!);
  const spot = { sigmaNm, pixelSizeNm: 1000 * pixelSizeUm, backgroundPhotons };
  const uncertaintyNm = intensityPhotons.map((photons) => excess * formulas[precision]({ ...spot, photons }));
  const positionNm = (axisUm: Float64Array) =>
    column((i, row) => 1000 * axisUm[blinks.emitter[i]!]! + uncertaintyNm[row]! * random.normal());
  return {
    count: found.length,
    frame: found.map((i) => blinks.frame[i]! + 1),
    xNm: positionNm(emitters.xUm),
    yNm: positionNm(emitters.yUm),
    sigmaNm: column(() => sigmaNm),
    intensityPhotons,
    backgroundPhotons: column(() => backgroundPhotons),
    backgroundSdPhotons: column(() => Math.sqrt(backgroundPhotons)),
    uncertaintyNm,
  };
}
