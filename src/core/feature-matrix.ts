/** Features of a set of images, row-major `[count, dimensions]`: one row an image. Which network made them is said by whoever hands them over. */
export interface FeatureMatrix {
  readonly data: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}
