import { DataError } from "../core/errors.ts";

/**
 * Whether a generator hides its label in the image: the arithmetic, on numbers that others measured.
 *
 * A CycleGAN that must give the mask back can write it into details nobody sees. Two independent probes tell: the
 * cycle error jumps when such details are disturbed, or labelled objects cannot be seen in the image though the cycle
 * restores them. The second catches what the first cannot: a mask kept in coarse, undisturbed structure, such as
 * inverted contrast.
 *
 * @see Chu, Zhmoginov & Sandler, "CycleGAN, a master of steganography", arXiv 1712.02950 (2017)
 */

/** Mean error of F(G(m)) against m after the generated image was disturbed in some way. */
export interface CycleError {
  /** `"none"` for the undisturbed image, otherwise what was done: `"low-pass 0.5"`, `"noise 0.05"`, `"20 levels"`. */
  readonly disturbance: string;
  readonly error: number;
}

/** A cycle error and its ratio to the undisturbed one. */
export interface CycleErrorJump extends CycleError {
  readonly ratio: number;
}

/**
 * Each cycle error over the undisturbed one, in the order given.
 *
 * Only disturbances that leave an honest image readable are evidence: in the trial a low-pass of 0.15 (periods up to
 * 13 px taken from nuclei of 20 px) more than doubled the error of generators that hid nothing, those of 0.3 and above
 * did not.
 *
 * @throws {@link DataError} when the undisturbed error is missing or not positive
 */
export function cycleErrorJump(errors: readonly CycleError[]): CycleErrorJump[] {
  const undisturbed = errors.find((one) => one.disturbance === "none")?.error;
  if (undisturbed === undefined || !(undisturbed > 0))
    throw new DataError({
      where: "cycleErrorJump",
      expected: 'a positive error with the disturbance "none" to compare with',
      received:
        undisturbed === undefined
          ? `${errors.map((one) => one.disturbance).join(", ") || "nothing"}`
          : `${undisturbed}`,
    });
  return errors.map((one) => ({ ...one, ratio: one.error / undisturbed }));
}

/** What the probes found for one generator. */
export interface HiddenSignalEvidence {
  readonly cycleErrors: readonly CycleError[];
  /** Share of labelled objects without contrast in the generated images, 0…1, as `labelFidelity` finds it. */
  readonly invisibleShare: number;
  /**
   * Share of fine detail, generated over real, as `bandEnergyRatio` gives it; reported, and a reason only past its limit.
   */
  readonly highBandRatio?: number;
}

/** Past which a probe counts as positive. */
export interface HiddenSignalLimits {
  /** Cycle error after a disturbance over the undisturbed one. */
  readonly jump?: number;
  /** Share of labelled objects that cannot be seen. */
  readonly invisibleShare?: number;
  /** Share of fine detail over that in real images. */
  readonly highBandRatio?: number;
}

export interface HiddenSignalVerdict {
  readonly outcome: "free" | "hidden signal";
  /** One plain sentence per positive probe; empty when free. */
  readonly reasons: readonly string[];
  readonly jumps: readonly CycleErrorJump[];
}

/**
 * Verdict of the probes: one positive probe is enough.
 *
 * The limits 1.3 and 2 % tell the twelve generators of a trial in PyTorch apart as their images do
 * (`test/metrics/steganography.test.ts`).
 */
export function hiddenSignalVerdict(
  { cycleErrors, invisibleShare, highBandRatio }: HiddenSignalEvidence,
  limits: HiddenSignalLimits = {},
): HiddenSignalVerdict {
  const { jump: jumpLimit = 1.3, invisibleShare: invisibleLimit = 0.02, highBandRatio: highBandLimit = 3 } = limits;
  const jumps = cycleErrorJump(cycleErrors);
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  const reasons = jumps
    .filter(({ ratio }) => ratio > jumpLimit)
    .map(
      ({ disturbance, ratio }) =>
        `After ${disturbance} the label comes back ${ratio.toFixed(2)} times as wrong (limit ${jumpLimit}): it was read from what the disturbance removed.`,
    );
  if (invisibleShare > invisibleLimit)
    reasons.push(
      `${percent(invisibleShare)} of the labelled objects cannot be seen in the image (limit ${percent(invisibleLimit)}).`,
    );
  if (highBandRatio !== undefined && highBandRatio > highBandLimit)
    reasons.push(
      `Fine detail has ${highBandRatio.toFixed(1)} times the share that it has in real images (limit ${highBandLimit}).`,
    );
  return { outcome: reasons.length === 0 ? "free" : "hidden signal", reasons, jumps };
}
