/** Noise of a camera as a line: variance = slope · value + intercept, on the scale of the image. */
export interface PhotonTransfer {
  readonly slope: number;
  readonly intercept: number;
}
