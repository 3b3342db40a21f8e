import type { LabelMap, Plane } from "../core/plane.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Random } from "../core/random.ts";
import { cropPlane } from "../data/crop.ts";
import { MICROSCOPY_FEATURES, openMicroscopyFeatures } from "../features/index.ts";
import { generateImages } from "../generators/diffusion/generate.ts";
import { samplers } from "../generators/diffusion/samplers/index.ts";
import type { Validate } from "../generators/diffusion/validation.ts";
import { featureDistance } from "../metrics/feature-distance.ts";
import { memorizationWatch } from "../metrics/memorization-begins.ts";

/** Seed of the images of all looks: the same noise each time, so that looks differ by the generator alone. */
const LOOK_SEED = 1;

/** Share of a normal distribution within one standard error of its mean. */
const ONE_STANDARD_ERROR = 0.6827;

/** What a judge looks at. */
export interface JudgeOptions extends WorkOptions {
  readonly patchPx: number;
  readonly random: Random;
  /** Images that are drawn at each look, at least 8, and steps from noise to image; the defaults are enough to tell a good step from a bad one. */
  readonly images?: number;
  readonly steps?: number;
  /** Label maps to draw from, in turns, for a generator that learns from labels: ones that it does not see. */
  readonly labels?: readonly LabelMap[];
}

/**
 * Judge of a diffusion model in training: the kernel distance of some of its images to real ones that it does not learn from, smaller is better; and
 * a stop as soon as its images repeat those that it learns from.
 *
 * @param held real images that the generator does not see
 */
export async function judgeGenerator(
  learned: readonly Plane[],
  held: readonly Plane[],
  options: JudgeOptions,
): Promise<{ validate: Validate; release(): Promise<void> }> {
  const { patchPx, random, images: count = 48, steps = 20, labels = [], ...work } = options;
  const network = await openMicroscopyFeatures();
  const patches = Array.from({ length: count }, (_, i) =>
    cropPlane(held[i % held.length]!, patchPx, random.fork("patch", i)),
  );
  const real = await network.features(patches);
  const watch = await memorizationWatch({ training: learned, heldOut: held }, random.fork("watch"), patchPx, work);
  return {
    async validate(denoiser) {
      const images: Plane[] = [];
      const drawn = generateImages(denoiser, {
        seed: LOOK_SEED,
        count,
        steps,
        sampler: samplers["dpm-solver-2m"](),
        ...(labels.length > 0 && { labels: (index: number) => labels[index % labels.length] }),
        ...(work.signal ? { signal: work.signal } : {}),
      });
      for await (const { image } of drawn) images.push(image);
      const distance = featureDistance(real, await network.features(images), random.fork("error"), {
        network: MICROSCOPY_FEATURES,
        measure: "kernel",
        confidence: ONE_STANDARD_ERROR,
      });
      const verdict = { score: distance.value, error: distance.high - distance.value };
      const { begins, pValue, copies } = await watch.check(images);
      return begins
        ? { ...verdict, stop: `images repeat the training images (p = ${pValue.toPrecision(2)}, ${copies} copies)` }
        : verdict;
    },
    release: () => network.release(),
  };
}
