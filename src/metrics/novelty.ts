/**
 * The memorization audit: are generated images more alike to the training images than other real images are?
 *
 * Every generated image, with its flips and turns, is searched for in every training image; so is every held-out real image,
 * and a generator that learned what the images have in common does no better than those. Three scores are told: the best
 * normalised correlation; how far it stands out among the image's own matches; and, where given, the nearest
 * features. Saguy et al. make the same search and judge it by eye; the null, the p-values and the limits are added here.
 *
 * A generator that is conditioned on label maps must be given maps that it was not trained with: the layout of a
 * training image would come back with its map.
 *
 * @see Saguy et al., "This microtubule does not exist", Small Methods 2024, doi 10.1002/smtd.202400672
 */

import { DataError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { Random } from "../core/random.ts";
import { medianOf } from "../image/median-of.ts";
import type { MatchMethod } from "../image/window-norm.ts";
import type { FeatureMatrix } from "./feature-matrix.ts";
import { type NearestFeaturesOptions, nearestFeatures } from "./nearest-features.ts";
import { type NearestMatch, nearestTraining, searchedSide } from "./nearest-training.ts";
import {
  type JudgedScore,
  judgedScores,
  type NoveltyLevels,
  type NoveltyScore,
  type NoveltyScoreName,
  type NoveltyTest,
} from "./novelty-scores.ts";
import { type NoveltyVerdict, noveltyVerdict } from "./novelty-verdict.ts";
import { groupMembers } from "./permutation-test.ts";
import { fewestForStandout, fisherZ, standouts } from "./standout.ts";
import { type TrainingPreference, trainingPreference } from "./training-preference.ts";

/** The images of an audit, all on one grey scale (it does not matter which). */
export interface NoveltyImages {
  readonly generated: readonly Plane[];
  /** What the generator was trained on; may be larger than the generated images. */
  readonly training: readonly Plane[];
  /** Real images that it never saw, at best as many as generated ones; of these, too, the centre is searched for. */
  readonly heldOut: readonly Plane[];
  /** Field, well, patient of each; no group may be on both sides. */
  readonly trainingGroups?: readonly string[];
  readonly heldOutGroups?: readonly string[];
}

/** Features of the same images, in the same order. */
export interface NoveltyFeatures extends NearestFeaturesOptions {
  readonly generated: FeatureMatrix;
  readonly training: FeatureMatrix;
  readonly heldOut: FeatureMatrix;
}

export interface NoveltyOptions extends WorkOptions, Omit<NoveltyLevels, "groups"> {
  readonly features?: NoveltyFeatures;
  readonly method?: MatchMethod;
  /** Search flips and turns too. */
  readonly variants?: boolean;
}

/** One generated image beside what it is most like. */
export interface ImageNovelty {
  readonly nearest: NearestMatch;
  /** Best correlation with a held-out image. */
  readonly similarityToHeldOut: number;
  readonly scores: Readonly<Partial<Record<NoveltyScoreName, JudgedScore>>>;
  /** Nearest training image by features, where features were given. */
  readonly nearestByFeatures?: number;
  readonly isCopy: boolean;
}

export interface NoveltyAudit extends NoveltyVerdict {
  readonly images: readonly ImageNovelty[];
  /** Indices of the generated images, closest to the training set first. */
  readonly closest: readonly number[];
  readonly copies: number;
  readonly tests: readonly NoveltyTest[];
  /** Smallest p-value after Holm's correction. */
  readonly pValue: number;
  /** Only where training and held-out images have one size. */
  readonly trainingPreference?: TrainingPreference;
  /** Scores of the held-out images, for a histogram beside those of the generated. */
  readonly heldOutScores: Readonly<Partial<Record<NoveltyScoreName, readonly number[]>>>;
  readonly limits: Readonly<Partial<Record<NoveltyScoreName, number>>>;
  readonly counts: {
    readonly generated: number;
    readonly training: number;
    readonly heldOut: number;
    readonly heldOutGroups: number;
  };
  /** Side of the central square that was searched for, px. */
  readonly searchedPx: number;
}

/** Correlation of a copy that is faithful but for a little noise. */
const faithful = 0.98;

/**
 * Audits generated images.
 *
 * @throws {@link DataError} when a set is empty or has no contrast, groups do not fit the images, or a group is both
 * trained on and held out
 */
export async function noveltyAudit(
  images: NoveltyImages,
  random: Random,
  options: NoveltyOptions = {},
): Promise<NoveltyAudit> {
  const { generated, training, heldOut, trainingGroups, heldOutGroups } = images;
  checkSets(images, options.features);
  const { features, method, variants, onProgress, signal, ...levels } = options;
  const { level = 0.05 } = levels;
  const searchedPx = searchedSide([...generated, ...heldOut], training);
  // Held-out images may be no larger than the searched square; then a smaller one gives the search room to move.
  const searchedInHeldOutPx = Math.min(searchedPx, searchedSide(generated, heldOut));
  const search = (planes: readonly Plane[], among: readonly Plane[], stage: string, side = searchedPx) =>
    nearestTraining(planes, among, {
      searchedPx: side,
      stage,
      ...(method && { method }),
      ...(variants !== undefined && { variants }),
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
  const toTraining = await search(generated, training, "compare generated with training images");
  const toHeldOut = await search(generated, heldOut, "compare generated with held-out images", searchedInHeldOutPx);
  const nullSearch = await search(heldOut, training, "compare held-out with training images");

  const isOneSize = new Set([...training, ...heldOut].map(({ height, width }) => `${height} ${width}`)).size === 1;
  const preference =
    isOneSize && heldOut.length > 1
      ? trainingPreference(toTraining, toHeldOut, random.fork("novelty", "preference"), {
          permutations: Math.min(levels.permutations ?? 1999, 1999),
          ...(trainingGroups && { trainingGroups }),
          ...(heldOutGroups && { heldOutGroups }),
        })
      : undefined;

  const isPreferred = preference && preference.pValue <= level;
  if (nullSearch.nearest.every(({ similarity }) => similarity === 0))
    throw new DataError({
      where: "noveltyAudit",
      expected: "images with contrast",
      received: "held-out or training images that are constant wherever they were compared",
      fix: "Choose the channel that holds the signal.",
    });
  const best = (matches: readonly { similarity: number }[]) => matches.map(({ similarity }) => similarity);
  const scores: NoveltyScore[] = [
    {
      name: "similarity",
      generated: best(toTraining.nearest),
      heldOut: best(nullSearch.nearest),
      generatedToHeldOut: best(toHeldOut.nearest),
      isAboutCopying: isPreferred ?? false,
      stretch: fisherZ,
      unstretch: Math.tanh,
    },
  ];
  const nullStandouts = standouts(nullSearch.similarity, training.length);
  if (training.length >= fewestForStandout)
    scores.push({
      name: "standout",
      generated: standouts(toTraining.similarity, training.length).map(({ standout }) => standout),
      heldOut: nullStandouts.map(({ standout }) => standout),
      isAboutCopying: isPreferred ?? true,
    });
  const byFeatures = features && nearestFeatures(features.generated, features.training, features);
  if (features && byFeatures) {
    const isCosine = (features.comparison ?? "cosine") === "cosine";
    scores.push({
      name: "features",
      generated: best(byFeatures),
      heldOut: best(nearestFeatures(features.heldOut, features.training, features)),
      generatedToHeldOut: best(
        nearestFeatures(features.generated, features.heldOut, { ...features, rowsPerTraining: 1 }),
      ),
      ...(isCosine && { stretch: fisherZ, unstretch: Math.tanh }),
    });
  }
  const judged = judgedScores(scores, random, { ...levels, ...(heldOutGroups && { groups: heldOutGroups }) });

  const perImage = generated.map((_, index): ImageNovelty => {
    const own = scores.map(({ name }) => [name, judged.images[name]![index]!] as const);
    return {
      nearest: toTraining.nearest[index]!,
      similarityToHeldOut: toHeldOut.nearest[index]!.similarity,
      scores: Object.fromEntries(own),
      ...(byFeatures && { nearestByFeatures: byFeatures[index]!.training }),
      isCopy: own.some(([, { isCopy }]) => isCopy),
    };
  });
  const copies = perImage.filter(({ isCopy }) => isCopy).length;
  const groups = groupMembers(heldOutGroups, heldOut.length).length;
  const standoutLimit = judged.limits.standout ?? Number.POSITIVE_INFINITY;
  const faithfulStandout = medianOf(nullStandouts.map(({ ordinary }) => fisherZ(faithful) / ordinary));
  const verdict = noveltyVerdict(
    {
      images: generated.length,
      copies,
      training: training.length,
      heldOut: groups,
      pValue: judged.pValue,
      isStandoutHigher: judged.tests.some((test) => test.score === "standout" && test.adjustedPValue <= level),
      ...(preference && { preferencePValue: preference.pValue }),
      wouldSeeCopy: judged.limits.similarity! < faithful || standoutLimit < faithfulStandout,
    },
    { level },
  );
  return {
    ...verdict,
    images: perImage,
    closest: [...perImage.keys()].sort((a, b) => closeness(perImage[b]!) - closeness(perImage[a]!)),
    copies,
    tests: judged.tests,
    pValue: judged.pValue,
    ...(preference && { trainingPreference: preference }),
    heldOutScores: Object.fromEntries(scores.map(({ name, heldOut: values }) => [name, Array.from(values)])),
    limits: judged.limits,
    counts: {
      generated: generated.length,
      training: training.length,
      heldOut: heldOut.length,
      heldOutGroups: groups,
    },
    searchedPx,
  };
}

/** Copies first, then by correlation. */
function closeness({ isCopy, nearest }: ImageNovelty): number {
  return nearest.similarity + (isCopy ? 2 : 0);
}

function checkSets(
  { generated, training, heldOut, trainingGroups, heldOutGroups }: NoveltyImages,
  features: NoveltyFeatures | undefined,
): void {
  if (generated.length === 0 || training.length === 0 || heldOut.length === 0)
    throw new DataError({
      where: "noveltyAudit",
      expected: "generated, training and held-out images",
      received: `${generated.length}, ${training.length} and ${heldOut.length}`,
      fix: "Keep some real images away from the generator; without them nothing says how alike real images are.",
    });
  for (const [name, planes, groups] of [
    ["training", training, trainingGroups],
    ["held-out", heldOut, heldOutGroups],
  ] as const)
    if (groups && groups.length !== planes.length)
      throw new DataError({
        where: `noveltyAudit, ${name} images`,
        expected: `one group name per image, ${planes.length}`,
        received: `${groups.length}`,
      });
  const shared = heldOutGroups?.find((group) => trainingGroups?.includes(group));
  if (shared !== undefined)
    throw new DataError({
      where: "noveltyAudit",
      expected: "held-out images of other groups than the training images",
      received: `group "${shared}" on both sides`,
      fix: "Split by group: neighbouring pieces of one field are alike without anybody copying.",
    });
  const counts = features && [features.generated.count, features.heldOut.count];
  if (counts && (counts[0] !== generated.length || counts[1] !== heldOut.length))
    throw new DataError({
      where: "noveltyAudit, features",
      expected: `one row per image: ${generated.length} generated, ${heldOut.length} held out`,
      received: counts.join(" and "),
    });
}
