import type { Plane } from "../core/plane.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Random } from "../core/random.ts";
import { resizePlane } from "../image/resize-plane.ts";
import { nearestTraining, searchedSide, type TrainingSimilarity } from "./nearest-training.ts";
import { judgedScores, type NoveltyScore } from "./novelty-scores.ts";
import { fewestForStandout, standouts } from "./standout.ts";
import { trainingPreference } from "./training-preference.ts";

/** A look at a generator in the middle of its training. */
export interface MemorizationSignal {
  /** Whether to stop: the images repeat training images. */
  readonly begins: boolean;
  /** One-sided p-value of the generated images against the held-out ones. */
  readonly pValue: number;
  /** p-value of the preference for the training images over held-out ones. */
  readonly preferencePValue: number;
  /** Images that are copies beyond doubt. */
  readonly copies: number;
  /** Mean score of the generated and of the held-out images, for a curve over training. */
  readonly generated: number;
  readonly heldOut: number;
}

/** What a watch compares with, prepared once. */
export interface MemorizationWatch {
  /** Looks at a few generated images; 32 to 64 are enough. */
  check(generated: readonly Plane[], options?: WorkOptions): Promise<MemorizationSignal>;
}

export interface MemorizationOptions extends WorkOptions {
  /** Images are shrunk until their shorter side is at most this; copies survive it, and the search takes 1/10 of the time. */
  readonly sidePx?: number;
  /** Chance of a false alarm at one look; training is looked at many times. */
  readonly level?: number;
  readonly heldOutGroups?: readonly string[];
}

/** Real images beside the generated ones. */
export interface WatchedImages {
  readonly training: readonly Plane[];
  readonly heldOut: readonly Plane[];
}

/** A preference for the training images counts from here on; it only confirms the other test. */
const preferenceLevel = 0.05;

/**
 * A cheap memorization audit for use during training: small images, and the held-out search done once.
 *
 * It judges by the standout (by the correlation, where there are fewer than 20 training images). Generators make smooth
 * images early on, which correlate well with everything, so the images must prefer training to held-out images besides.
 * Training and held-out images should have one size. The full {@link noveltyAudit} belongs at the end.
 *
 * @param sizePx shorter side of the images that will be generated
 */
export async function memorizationWatch(
  { training, heldOut }: WatchedImages,
  random: Random,
  sizePx: number,
  { sidePx = 32, level = 0.01, heldOutGroups, ...work }: MemorizationOptions = {},
): Promise<MemorizationWatch> {
  const factor = Math.max(1, sizePx / sidePx);
  const shrunk = (planes: readonly Plane[]) =>
    planes.map((plane) => {
      const [height, width] = [plane.height, plane.width].map((extent) => Math.round(extent / factor)) as [
        number,
        number,
      ];
      return factor === 1 ? plane : resizePlane(plane, height, width, { method: "area" });
    });
  const smallTraining = shrunk(training);
  const expected = { height: Math.round(sizePx / factor), width: Math.round(sizePx / factor) };
  const smallHeldOut = shrunk(heldOut);
  const searchedPx = searchedSide([expected, ...smallHeldOut], [...smallTraining, ...smallHeldOut]);
  const search = (planes: readonly Plane[], among: readonly Plane[], stage: string, options: WorkOptions) =>
    nearestTraining(planes, among, { ...options, searchedPx, stage });
  const canStandOut = training.length >= fewestForStandout;
  const scoresOf = ({ similarity, nearest }: TrainingSimilarity) =>
    canStandOut
      ? standouts(similarity, training.length).map(({ standout }) => standout)
      : nearest.map((match) => match.similarity);
  const nullScores = scoresOf(await search(smallHeldOut, smallTraining, "compare held-out with training images", work));

  let looks = 0;
  return {
    async check(generated, options = {}) {
      const small = shrunk(generated);
      const toTraining = await search(small, smallTraining, "look for copies", options);
      const toHeldOut = await search(small, smallHeldOut, "look for likeness to held-out images", options);
      const preference = trainingPreference(toTraining, toHeldOut, random.fork("memorization", "preference", looks), {
        permutations: 999,
        ...(heldOutGroups && { heldOutGroups }),
      });
      const score: NoveltyScore = {
        name: canStandOut ? "standout" : "similarity",
        generated: scoresOf(toTraining),
        heldOut: nullScores,
        isAboutCopying: preference.pValue <= preferenceLevel,
      };
      const { tests, pValue, images } = judgedScores([score], random.fork("memorization", looks++), {
        level,
        copyLevel: level / 10,
        permutations: 1999,
        ...(heldOutGroups && { groups: heldOutGroups }),
      });
      const copies = images[score.name]!.filter(({ isCopy }) => isCopy).length;
      const { generated: mean, heldOut: nullMean } = tests[0]!;
      const begins = copies > 0 || (pValue <= level && preference.pValue <= preferenceLevel);
      return { begins, pValue, preferencePValue: preference.pValue, copies, generated: mean, heldOut: nullMean };
    },
  };
}

/**
 * One look at whether generated images begin to repeat training images.
 *
 * @param generated `[H, W]` each, all of one size
 */
export async function memorizationBegins(
  generated: readonly Plane[],
  { training, heldOut }: WatchedImages,
  random: Random,
  options: MemorizationOptions = {},
): Promise<MemorizationSignal> {
  const sizePx = Math.min(...generated.map(({ height, width }) => Math.min(height, width)));
  const watch = await memorizationWatch({ training, heldOut }, random, sizePx, options);
  return watch.check(generated, options);
}
