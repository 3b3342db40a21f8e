/** What a memorization audit has shown. */
export type NoveltyOutcome = "not more alike" | "copies" | "more alike" | "cannot tell";

/** The facts that the verdict on novelty rests on. */
export interface NoveltyEvidence {
  readonly images: number;
  readonly copies: number;
  readonly training: number;
  /** Independent held-out images: groups, where they come in groups. */
  readonly heldOut: number;
  /** Smallest p-value after Holm's correction. */
  readonly pValue: number;
  /** Whether the standout, which smoothness hardly moves, is among the tests that failed. */
  readonly isStandoutHigher: boolean;
  /** p-value of the preference for the training images, when it could be tested. */
  readonly preferencePValue?: number;
  /** Whether a faithful copy would have been seen among such images. */
  readonly wouldSeeCopy: boolean;
}

export interface NoveltyVerdict {
  readonly outcome: NoveltyOutcome;
  /** For `"cannot tell"`: independent held-out images needed; absent when their number is not what is missing. */
  readonly heldOutNeeded?: number;
  /** The verdict in plain words, with the numbers and every caution. */
  readonly sentence: string;
}

/** Fewer held-out images than this have no 95th percentile: the smallest conformal p-value is 1/(n + 1). */
export const fewestHeldOut = 20;

/**
 * Verdict on the novelty of generated images.
 *
 * Copies: single images are, or the tests fail and the set as a whole prefers what it was trained on (where that cannot be
 * tested: stands out). More alike: the tests fail, but nothing says that copying is the reason. Cannot tell: there are too few held-out images, or they are so alike to
 * the training images that a copy would not show. Otherwise not more alike.
 */
export function noveltyVerdict(evidence: NoveltyEvidence, { level = 0.05 }: { level?: number } = {}): NoveltyVerdict {
  const outcome = outcomeOf(evidence, level);
  const isShort = evidence.heldOut < fewestHeldOut;
  return {
    outcome,
    ...(outcome === "cannot tell" && isShort ? { heldOutNeeded: fewestHeldOut } : {}),
    sentence: [mainSentence(evidence, outcome), ...cautions(evidence, outcome)].join(" "),
  };
}

function outcomeOf(evidence: NoveltyEvidence, level: number): NoveltyOutcome {
  const { copies, pValue, isStandoutHigher, preferencePValue, heldOut, wouldSeeCopy } = evidence;
  const isHigher = pValue <= level;
  const isAboutCopying = preferencePValue === undefined ? isStandoutHigher : preferencePValue <= level;
  if (copies > 0 || (isHigher && isAboutCopying)) return "copies";
  if (isHigher) return "more alike";
  return heldOut < fewestHeldOut || !wouldSeeCopy ? "cannot tell" : "not more alike";
}

function mainSentence(evidence: NoveltyEvidence, outcome: NoveltyOutcome): string {
  const { images, copies, training, heldOut, pValue, preferencePValue } = evidence;
  const p = pText(pValue);
  const compared = `${images} generated and ${heldOut} independent held-out images against ${training} training images`;
  switch (outcome) {
    case "not more alike":
      return `The generated images are not more alike to the training images than held-out real images are (${p}; ${compared}).`;
    case "copies":
      return copies > 0
        ? `${copies} of ${images} generated images ${copies === 1 ? "copies a training image" : "copy training images"}: so alike to one is no held-out real image (${p}; ${compared}).`
        : `The generator repeats its training images: the generated images are more alike to them than held-out real images are (${p}; ${compared}), though no single image is a copy beyond doubt.`;
    case "more alike": {
      const reason =
        preferencePValue === undefined
          ? "No image stands out among its own matches, so this may be a look, smoother or plainer than real images, as well as copying: look at the closest pairs."
          : `But they are as alike to held-out images that the generator never saw (${pText(preferencePValue)}): it is their look, smoother or plainer than real images, rather than copying.`;
      return `The generated images are more alike to the training images than held-out real images are (${p}; ${compared}). ${reason}`;
    }
    case "cannot tell":
      return heldOut < fewestHeldOut
        ? `It cannot be told whether the generated images copy the training images: there are only ${heldOut} independent held-out real images to compare with (${p}). At least ${fewestHeldOut} are needed.`
        : `It cannot be told whether the generated images copy the training images: held-out real images are so alike to the training images that even a copy would hardly show (${p}). Larger images would settle it.`;
  }
}

function cautions({ images, heldOut, training }: NoveltyEvidence, outcome: NoveltyOutcome): string[] {
  const only = (count: number, noun: string) => `With only ${count} ${noun}${count === 1 ? "" : "s"}`;
  const found: string[] = [];
  if (images < 20 && outcome === "not more alike")
    found.push(`${only(images, "generated image")} rare copies are easily missed; generate more.`);
  if (heldOut < fewestHeldOut && outcome !== "cannot tell")
    found.push(`${only(heldOut, "independent held-out image")} the comparison is rough.`);
  if (training < 20) found.push(`${only(training, "training image")} it cannot be told what an ordinary match is.`);
  return found;
}

/** A p-value as people read it. */
function pText(pValue: number): string {
  return pValue < 0.001 ? "p < 0.001" : `p = ${pValue.toFixed(pValue < 0.1 ? 3 : 2)}`;
}
