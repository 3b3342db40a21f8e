/**
 * Whether a super-resolver draws structure where there is none: it is shown blank fields with the camera's noise.
 *
 * Everything is measured against what the same function makes of images with real structure, and against what the noise was before, so that an
 * honest function that leaves noise as it is (the identity, an interpolation) passes at any noise.
 */

import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { gaussianBlur } from "../../image/gaussian-blur.ts";
import { percentile } from "../../image/percentile.ts";
import { type BlankField, blankFieldOf, drawBlankField, pooledPixels } from "./blank-field.ts";
import { bicubicEnlargement } from "./classical/bicubic.ts";
import type { SuperResolver } from "./predict.ts";

/** Past which a blank field counts as structured. */
export interface ProbeLimits {
  /** Standard deviation, as a share of the contrast of real structure. */
  readonly contrast?: number;
  /** Share of pixels brighter than half the contrast of real structure. */
  readonly shareAbove?: number;
  /** How many times more of either than in the field before it was resolved. */
  readonly growth?: number;
}

/** What is probed, and with what. */
export interface ProbeOptions extends WorkOptions {
  /** Low images with real structure, on the scale that the function sees. */
  readonly structured: readonly Plane[];
  readonly random: Random;
  /** Background and noise of the camera; read from the structured images unless given. */
  readonly blank?: BlankField;
  /** Noise levels, as multiples of the camera's. Only those up to 1 count for the verdict. */
  readonly noiseFactors?: readonly number[];
  /** Edge of a blank field, in pixels of the input. */
  readonly fieldPx?: number;
  /** Fields per noise level. */
  readonly fields?: number;
  readonly limits?: ProbeLimits;
}

/** Structure in smoothed fields; contrasts are shares of the contrast of real structure (median to 99.5th percentile). */
export interface FieldStructure {
  readonly contrast: number;
  /** Brightest pixel above the median. */
  readonly highest: number;
  readonly shareAbove: number;
}

/** A noise level, and what came of it. */
export interface ProbeLevel {
  readonly noiseFactor: number;
  readonly noiseSd: number;
  /** In the field itself, enlarged by bicubic interpolation: what noise alone looks like. */
  readonly before: FieldStructure;
  /** In what the function makes of it. */
  readonly after: FieldStructure;
  /** The first field, `[h, w]`, and its result, `[h·scale, w·scale]`. */
  readonly picture: { readonly field: Plane; readonly result: Plane };
}

export interface HallucinationProbe {
  readonly outcome: "quiet" | "hallucinates";
  /** One plain sentence per positive finding; empty when quiet. */
  readonly reasons: readonly string[];
  readonly levels: readonly ProbeLevel[];
  readonly blank: BlankField;
  /** What this probe cannot tell, in plain sentences. */
  readonly limitations: readonly string[];
}

const LIMITATIONS = [
  "Quiet means that noise on an empty, even background is not turned into structure. Structure invented beside or between real objects is not seen here; compare with the truth, and look at the disagreement of an ensemble.",
  "The noise is white and Gaussian. Uneven background, stray light, fixed patterns and compression may still set a network off.",
];

/** Width over which fields are smoothed before they are measured, in pixels of the input: a single noisy pixel is no structure. */
const SMOOTHING_PX = 1;

/**
 * Shows blank fields to a super-resolver, or to any function of planes, and measures the structure that comes out.
 *
 * @throws CancelledError when the signal was given
 */
export async function probeHallucination(
  { resolve, scale }: Pick<SuperResolver, "resolve" | "scale">,
  options: ProbeOptions,
): Promise<HallucinationProbe> {
  const { structured, random, blank = blankFieldOf(structured), onProgress, signal } = options;
  const { noiseFactors = [0, 0.5, 1, 2], fieldPx = 128, fields = 2 } = options;
  const enlarged = (plane: Plane) => bicubicEnlargement(plane, scale);
  const smooth = (plane: Plane) => gaussianBlur(plane, SMOOTHING_PX * scale);

  const results: Plane[] = [];
  for (const low of structured) {
    stopIfCancelled(signal, "hallucination probe");
    results.push(await resolve(low));
  }
  const real = {
    before: contrastOf(structured.map((low) => smooth(enlarged(low)))),
    after: contrastOf(results.map(smooth)),
  };

  const levels: ProbeLevel[] = [];
  for (const [index, noiseFactor] of noiseFactors.entries()) {
    const noiseSd = noiseFactor * blank.noiseSd;
    const pictures: { field: Plane; result: Plane }[] = [];
    for (let n = 0; n < fields; n++) {
      stopIfCancelled(signal, "hallucination probe");
      const stream = random.fork("blank field", index, n);
      const field = drawBlankField({ background: blank.background, noiseSd }, fieldPx, stream);
      pictures.push({ field, result: await resolve(field) });
      onProgress?.({
        stage: "hallucination probe",
        done: index * fields + n + 1,
        total: noiseFactors.length * fields,
      });
    }
    levels.push({
      noiseFactor,
      noiseSd,
      before: structureIn(
        pictures.map(({ field }) => smooth(enlarged(field))),
        real.before,
      ),
      after: structureIn(
        pictures.map(({ result }) => smooth(result)),
        real.after,
      ),
      picture: pictures[0]!,
    });
  }
  const reasons = reasonsIn(levels, options.limits ?? {});
  return {
    outcome: reasons.length === 0 ? "quiet" : "hallucinates",
    reasons,
    levels,
    blank,
    limitations: LIMITATIONS,
  };
}

/** From the median to the 99.5th percentile. */
function contrastOf(planes: readonly Plane[]): number {
  const values = pooledPixels(planes);
  return Math.max(percentile(values, 99.5) - percentile(values, 50), Number.EPSILON);
}

function structureIn(planes: readonly Plane[], contrast: number): FieldStructure {
  const values = pooledPixels(planes);
  const median = percentile(values, 50);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  let [highest, above] = [0, 0];
  for (const value of values) {
    highest = Math.max(highest, value - median);
    if (value - median > contrast / 2) above++;
  }
  return { contrast: Math.sqrt(variance) / contrast, highest: highest / contrast, shareAbove: above / values.length };
}

/** A field counts when it is structured by itself, and more so than the noise it was made from. */
function reasonsIn(levels: readonly ProbeLevel[], limits: ProbeLimits): string[] {
  const { contrast = 0.1, shareAbove = 0.002, growth = 1.5 } = limits;
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  return levels
    .filter(({ noiseFactor }) => noiseFactor <= 1)
    .flatMap(({ noiseFactor, before, after }) => {
      const field =
        noiseFactor === 0 ? "A noiseless blank field" : `A blank field with ${noiseFactor} × the camera's noise`;
      const found: string[] = [];
      if (after.contrast > contrast && after.contrast > growth * before.contrast)
        found.push(
          `${field} comes out with ${percent(after.contrast)} of the contrast of real structure (limit ${percent(contrast)}; ${percent(before.contrast)} before).`,
        );
      if (after.shareAbove > shareAbove && after.shareAbove > growth * before.shareAbove)
        found.push(
          `${field} comes out with ${percent(after.shareAbove)} of its pixels as bright as real structure (limit ${percent(shareAbove)}; ${percent(before.shareAbove)} before).`,
        );
      return found;
    });
}
