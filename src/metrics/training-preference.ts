import type { Random } from "../core/random.ts";
import type { TrainingSimilarity } from "./nearest-training.ts";
import { groupMembers } from "./permutation-test.ts";

/** Whether generated images lean towards their training images rather than towards others like them. */
export interface TrainingPreference {
  /** Mean over generated images of (best match in the training set − best match among held-out images). */
  readonly difference: number;
  /** What it would be, on average, if training and held-out images were dealt out anew. */
  readonly expected: number;
  /** One-sided: the share of such deals with a difference as large. */
  readonly pValue: number;
}

export interface TrainingPreferenceOptions {
  readonly trainingGroups?: readonly string[];
  readonly heldOutGroups?: readonly string[];
  readonly permutations?: number;
}

/**
 * Permutation test over which real images were the training images.
 *
 * Real images are interchangeable for a generator that learned only what they have in common, whatever its images
 * look like: smooth ones are nearer to training *and* held-out images. Memory shows as a preference for the images that were
 * really shown. Whole groups change places. It speaks about the generator as a whole: a single copy cannot be told from luck.
 *
 * @param toTraining of the generated images
 * @param toHeldOut of the same images, searched in the same way in held-out images of the same size as the training images
 * @see the membership argument of Meehan, Chaudhuri & Dasgupta, "A non-parametric test to detect data-copying in generative
 * models", AISTATS 2020
 */
export function trainingPreference(
  toTraining: TrainingSimilarity,
  toHeldOut: TrainingSimilarity,
  random: Random,
  { trainingGroups, heldOutGroups, permutations = 1999 }: TrainingPreferenceOptions = {},
): TrainingPreference {
  const { count, trainingCount } = toTraining;
  const all = trainingCount + toHeldOut.trainingCount;
  const own = groupMembers(trainingGroups, trainingCount);
  const foreign = groupMembers(heldOutGroups, toHeldOut.trainingCount);
  const groups = [...own, ...foreign.map((group) => group.map((index) => trainingCount + index))];
  const table = new Float32Array(count * all);
  for (let row = 0; row < count; row++) {
    table.set(toTraining.similarity.subarray(row * trainingCount, (row + 1) * trainingCount), row * all);
    const rest = toHeldOut.similarity.subarray(row * (all - trainingCount), (row + 1) * (all - trainingCount));
    table.set(rest, row * all + trainingCount);
  }

  const isTraining = new Uint8Array(all);
  const difference = (order: readonly (readonly number[])[]) => {
    isTraining.fill(0);
    for (const group of order.slice(0, own.length)) for (const image of group) isTraining[image] = 1;
    let sum = 0;
    for (let row = 0; row < count; row++) {
      let [inside, outside] = [-1, -1];
      for (let image = 0; image < all; image++) {
        const value = table[row * all + image]!;
        if (isTraining[image] === 1) {
          if (value > inside) inside = value;
        } else if (value > outside) outside = value;
      }
      sum += inside - outside;
    }
    return sum / count;
  };

  const observed = difference(groups);
  let [atLeast, expected] = [0, 0];
  for (let permutation = 0; permutation < permutations; permutation++) {
    const value = difference(random.shuffle(groups));
    expected += value / permutations;
    if (value >= observed - 1e-12) atLeast++;
  }
  return { difference: observed, expected, pValue: (1 + atLeast) / (permutations + 1) };
}
