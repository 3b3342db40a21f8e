import type { LabelMap, Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { condition } from "../condition.ts";
import { type Generators, planeOfTensor } from "./generate.ts";

/** How an image is disturbed before the inverse generator reads it. */
export interface Disturbance {
  readonly name: string;
  /** DCT fraction that stays; 1 leaves all. */
  readonly keep: number;
  /** Standard deviation of added normal noise, on the 0…1 scale. */
  readonly noise: number;
  /** Grey levels that remain; 0 leaves the values as they are. */
  readonly levels: number;
}

/** The disturbances of the probe: a hidden signal is faint and of high frequency, so each of these destroys it, and none a nucleus. */
export const DISTURBANCES: readonly Disturbance[] = [
  { name: "none", keep: 1, noise: 0, levels: 0 },
  { name: "low-pass 0.5", keep: 0.5, noise: 0, levels: 0 },
  { name: "low-pass 0.3", keep: 0.3, noise: 0, levels: 0 },
  { name: "noise 0.025", keep: 1, noise: 0.025, levels: 0 },
  { name: "20 levels", keep: 1, noise: 0, levels: 20 },
];

/** Mean L1 cycle error on the [-1, 1] scale after one disturbance. */
export interface CycleError {
  readonly disturbance: string;
  readonly error: number;
}

/** What the probe saw. */
export interface SteganographyProbe {
  readonly cycleErrors: readonly CycleError[];
  /** Generated canonical planes, for contrast and band energy. */
  readonly images: readonly Plane[];
}

/**
 * Cycle error `|F(disturb(G(m))) − m|` over fresh label maps, undisturbed and under low-pass, noise and quantisation.
 *
 * An error that jumps says that the label was rebuilt from a signal too faint to see.
 *
 * @param keepBefore low-pass that the trained cycle itself applies: it comes on top of every disturbance
 * @see Chu, Zhmoginov & Sandler, arXiv 1712.02950
 */
export async function probeSteganography(
  generators: Generators,
  labels: readonly LabelMap[],
  { random, keepBefore }: { readonly random: Random; readonly keepBefore: number },
): Promise<SteganographyProbe> {
  const sums = DISTURBANCES.map(() => 0);
  const images: Plane[] = [];
  for (const [index, label] of labels.entries()) {
    const mask = condition(label);
    const image = await generators.image(mask);
    images.push(planeOfTensor(image));
    for (const [d, disturbance] of DISTURBANCES.entries()) {
      const seen = disturbed(image, disturbance, random.fork(index, disturbance.name));
      const cycled = await generators.mask(seen, Math.min(keepBefore, disturbance.keep));
      sums[d]! += meanAbsoluteDifference(cycled, mask) / labels.length;
    }
  }
  const cycleErrors = DISTURBANCES.map(({ name }, d) => ({ disturbance: name, error: sums[d]! }));
  return { cycleErrors, images };
}

/** Noise and quantisation of a disturbance; its low-pass is applied by the inverse generator's own graph. */
export function disturbed(image: Tensor, { noise, levels }: Disturbance, random: Random): Tensor {
  const data = image.data.map((value) => {
    const noisy = value + 2 * noise * (noise > 0 ? random.normal() : 0);
    return levels > 0 ? (2 * Math.round(((noisy + 1) / 2) * (levels - 1))) / (levels - 1) - 1 : noisy;
  });
  return tensor(data, image.shape);
}

function meanAbsoluteDifference(a: Tensor, b: Tensor): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / a.data.length;
}
