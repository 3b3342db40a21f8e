import { ShapeError } from "../core/errors.ts";

/** Error of one image's count, in objects; relative error in parts of the true count. */
export interface ImageCountError {
  /** Predicted minus true. */
  readonly bias: number;
  readonly absolute: number;
  /** Absolute error / true count; an image without any object is measured against one object. */
  readonly relative: number;
}

/** Errors of counting, image by image and as means over images. */
export interface CountError {
  readonly perImage: readonly ImageCountError[];
  /** Mean of predicted minus true: which way the count leans. */
  readonly bias: number;
  readonly meanAbsoluteError: number;
  readonly meanRelativeError: number;
}

/**
 * How far predicted counts are from true ones.
 *
 * @param truths objects per image
 * @param predictions objects per image, in the same order
 * @throws {@link ShapeError} when the lists are empty or differ in length
 */
export function countError(truths: readonly number[], predictions: readonly number[]): CountError {
  if (truths.length === 0 || truths.length !== predictions.length)
    throw new ShapeError({
      where: "countError",
      expected: "two lists of counts for the same images, at least one",
      received: `${truths.length} true and ${predictions.length} predicted`,
    });
  const perImage = truths.map((truth, image): ImageCountError => {
    const bias = predictions[image]! - truth;
    return { bias, absolute: Math.abs(bias), relative: Math.abs(bias) / Math.max(truth, 1) };
  });
  const mean = (error: (one: ImageCountError) => number) =>
    perImage.reduce((sum, one) => sum + error(one), 0) / perImage.length;
  return {
    perImage,
    bias: mean((one) => one.bias),
    meanAbsoluteError: mean((one) => one.absolute),
    meanRelativeError: mean((one) => one.relative),
  };
}
