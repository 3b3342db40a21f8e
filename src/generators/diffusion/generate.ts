import type { LabelMap, Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import { networkToUnit } from "../../data/canonical-image.ts";
import { labelConditions } from "./condition.ts";
import type { DiffusionDenoiser } from "./open-diffusion.ts";
import { sampleDiffusion } from "./sample.ts";
import { dpmSolver2m, type Sampler } from "./samplers/index.ts";

/** A drawn image. */
export interface GeneratedImage {
  /** Its number: with the seed, all that decides which image it is. */
  readonly index: number;
  /** On the unit scale, 0…1, `[sizePx, sizePx]`. */
  readonly image: Plane;
  /** What it was drawn from, where there was something. */
  readonly labels?: LabelMap;
}

/** What to draw. */
export interface GenerateOptions extends WorkOptions {
  readonly seed: number;
  readonly count: number;
  /** Number of the first image: what was drawn before need not be drawn again, and several processes can share the work. */
  readonly start?: number;
  readonly sampler?: Sampler;
  readonly steps?: number;
  /** Label map of an image, for a generator that was trained with labels; nothing leaves the image to the generator. */
  readonly labels?: (index: number) => LabelMap | undefined | Promise<LabelMap | undefined>;
  /** How strictly labels are followed: 1 as learned; more exaggerates what they change, at twice the time. */
  readonly guidanceScale?: number;
}

/**
 * Images `start` to `start + count − 1` of a seed, drawn in batches of the denoiser's size and given one by one.
 *
 * Each image has its own stream of random numbers, so image k is the same in whatever batch, order or process it is drawn (to the last bit with one
 * batch size; networks compiled for different ones may round differently).
 *
 * @throws {@link CancelledError} when asked to stop; what was given before is good
 */
export async function* generateImages(
  denoiser: DiffusionDenoiser,
  options: GenerateOptions,
): AsyncGenerator<GeneratedImage> {
  const { seed, count, start = 0, sampler = dpmSolver2m(), steps = 25, labels, guidanceScale = 1 } = options;
  const { onProgress, signal } = options;
  const { batchSize, sizePx } = denoiser;
  for (let done = 0; done < count; ) {
    const indices = Array.from({ length: Math.min(batchSize, count - done) }, (_, n) => start + done + n);
    const maps = await Promise.all(indices.map((index) => labels?.(index)));
    const told = maps.some((map) => map !== undefined)
      ? denoiser.conditioned(labelConditions(maps, sizePx), { guidanceScale })
      : denoiser;
    const { data } = await sampleDiffusion(told, {
      sampler,
      steps,
      shape: [1, sizePx, sizePx],
      randoms: indices.map((index) => random(seed).fork("image", index)),
      ...(signal && { signal }),
    });
    for (const [n, index] of indices.entries()) {
      stopIfCancelled(signal, "drawing images");
      const map = maps[n];
      yield { index, image: unitPlane(data, n, sizePx), ...(map && { labels: map }) };
    }
    done += indices.length;
    onProgress?.({ stage: "draw images", done, total: count });
  }
}

/** Image n of a batch `[N, 1, H, W]` on the unit scale, kept within 0…1. */
function unitPlane(data: Float32Array, n: number, sizePx: number): Plane {
  const pixels = sizePx * sizePx;
  const piece = data.subarray(n * pixels, (n + 1) * pixels);
  const kept = piece.map((value) => Math.min(1, Math.max(-1, value)));
  return networkToUnit({ data: kept, height: sizePx, width: sizePx });
}
