import { pause, stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import type { Denoiser } from "./denoiser.ts";
import type { NoiseLevel } from "./noise-level.ts";
import { convertPrediction } from "./prediction.ts";
import { noiseLevels, type Sampler } from "./samplers/index.ts";

/** What is sampled, and how. */
export interface SampleOptions extends WorkOptions {
  readonly sampler: Sampler;
  /** Steps from noise to image; `sampler.evaluations(steps)` says how often the network is asked. */
  readonly steps: number;
  /** Shape of one image. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /**
   * One stream per image. All noise of an image comes from its own, so it is the same image in whatever batch; the
   * streams are not advanced.
   */
  readonly randoms: readonly Random[];
  /** Whether predicted clean images are kept within −1…1 in every step; default true. */
  readonly clip?: boolean;
}

/**
 * New images from noise.
 *
 * @returns images on the network's scale, `[N, C, H, W]`, N as many as `randoms`
 * @throws {@link RecipeError} when there are more steps than timesteps
 * @throws {@link CancelledError} between two steps, when asked to stop
 */
export async function sampleDiffusion(denoiser: Denoiser, options: SampleOptions): Promise<Tensor> {
  const { sampler, steps, shape, randoms, clip = true, onProgress, signal } = options;
  const size = shape[0] * shape[1] * shape[2];
  const batch = [randoms.length, ...shape];

  const noiseFor = (...purpose: (string | number)[]) => {
    const noise = new Float32Array(randoms.length * size);
    randoms.forEach((random, image) => {
      const stream = random.fork(...purpose);
      for (let index = image * size; index < (image + 1) * size; index++) noise[index] = stream.normal();
    });
    return noise; // [N, C, H, W]
  };
  const denoise = async (noisy: Float32Array, level: NoiseLevel) => {
    const { data } = await denoiser.predict(tensor(noisy, batch), level.timestep);
    const x0 = convertPrediction(data, noisy, { from: denoiser.prediction, to: "x0", level });
    return clip ? x0.map((value) => Math.min(1, Math.max(-1, value))) : x0;
  };

  const levels = noiseLevels(denoiser.schedule, steps, sampler.placement);
  const step = sampler.begin();
  let images: Float32Array = noiseFor("diffusion start");
  for (let index = 0; index < steps; index++) {
    stopIfCancelled(signal, "sampling");
    const noise = () => noiseFor("diffusion step", index);
    images = await step(images, levels[index]!, levels[index + 1]!, { denoise, noise });
    onProgress?.({ stage: `sample images (${sampler.name})`, done: index + 1, total: steps });
    await pause();
  }
  return tensor(images, batch);
}
