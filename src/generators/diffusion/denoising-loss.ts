import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { tensor } from "../../core/tensor.ts";
import type { Denoiser } from "./denoiser.ts";
import { noiseLevel } from "./noise-level.ts";
import { addNoise, convertPrediction } from "./prediction.ts";

/**
 * Mean squared error of the noise that a denoiser sees in some images, over timesteps in the middle of equal stretches.
 *
 * The noise is the same for the same stream, so the numbers of two networks, or of one network at two steps, can be compared to far below their spread
 * over images. Where the error on held-out images rises while that on training images falls, the network learns its images by heart.
 *
 * @param images on the unit scale, all of one size
 * @see Ho, Jain & Abbeel, NeurIPS 2020, eq. 14
 */
export async function denoisingLoss(
  denoiser: Denoiser,
  images: readonly Plane[],
  { random, levels = 10 }: { readonly random: Random; readonly levels?: number },
): Promise<number> {
  const { height, width } = images[0]!;
  const clean = new Float32Array(images.length * height * width); // [N, 1, H, W]
  images.forEach(({ data }, n) => {
    for (let i = 0; i < data.length; i++) clean[n * data.length + i] = 2 * data[i]! - 1;
  });
  const total = denoiser.schedule.alphaBar.length;
  let sum = 0;
  for (let stretch = 0; stretch < levels; stretch++) {
    const timestep = Math.min(total - 1, Math.floor(((stretch + 0.5) * total) / levels));
    const level = noiseLevel(denoiser.schedule, timestep);
    const own = random.fork("denoising loss", timestep);
    const eps = clean.map(() => own.normal());
    const noisy = addNoise(clean, eps, level);
    const { data } = await denoiser.predict(tensor(noisy, [images.length, 1, height, width]), timestep);
    const seen = convertPrediction(data, noisy, { from: denoiser.prediction, to: "epsilon", level });
    sum += seen.reduce((errors, value, i) => errors + (value - eps[i]!) ** 2, 0) / eps.length;
  }
  return sum / levels;
}
