/** Fewer training images than this say too little about what an ordinary good match is. */
export const fewestForStandout = 20;

/** How far an image's best match stands out among its matches with all training images. */
export interface Standout {
  /** Best over ordinary good match, as Fisher's z: 1…2 by chance, 3 and more for copies. */
  readonly standout: number;
  /** Fisher's z of the ordinary good match: the best after a tenth of the training images is left out. */
  readonly ordinary: number;
}

/** Fisher's z of a correlation, kept finite: a scale on which correlations near 1 are as far apart as others. */
export function fisherZ(correlation: number): number {
  return Math.atanh(Math.min(Math.max(correlation, -0.999999), 0.999999));
}

/**
 * How far the best match of every image stands out: its Fisher's z over that of an ordinary good match.
 *
 * Smooth or plain images correlate well with everything, grainy ones with nothing; beside its own matches, an image is not
 * more of a copy for being smooth, nor less for being grainy. The ordinary match is the best once a tenth of the training images,
 * the closest ones, is left out: overlapping patches of one field all show a copied place. Carlini et al. calibrate distances in
 * the same spirit, by the mean distance to the 50 nearest.
 *
 * @param similarity row-major `[count, trainingCount]`
 * @see Carlini et al., "Extracting training data from diffusion models", USENIX Security 2023, section 4.2 (equation 2)
 */
export function standouts(similarity: Float32Array, trainingCount: number): Standout[] {
  const leftOut = Math.min(Math.ceil(trainingCount / 10), trainingCount - 1);
  return Array.from({ length: similarity.length / trainingCount }, (_, row) => {
    const ascending = similarity.slice(row * trainingCount, (row + 1) * trainingCount).sort();
    const best = fisherZ(ascending.at(-1)!);
    const ordinary = fisherZ(ascending[trainingCount - 1 - leftOut]!);
    return { standout: ordinary > 0 ? best / ordinary : 1, ordinary };
  });
}
