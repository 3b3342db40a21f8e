import { random } from "../../core/random.ts";
import { zeros } from "../../core/tensor.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { initialState } from "../../engine/step.ts";
import { openDiffusion } from "../../generators/diffusion/open-diffusion.ts";
import { samplers } from "../../generators/diffusion/samplers/index.ts";
import { stepSeconds } from "../step-seconds.ts";
import type { SuperResolveSeconds } from "./plan.ts";
import type { SuperResolveRecipe } from "./recipe.ts";
import { denoiserSettings, type superResolveTrainings } from "./trainings.ts";

/** Seconds that the recipe's trainings and images take here, with one thread. */
export async function superResolveSeconds(
  recipe: SuperResolveRecipe,
  { diffusion, superResolver }: ReturnType<typeof superResolveTrainings>,
  device: DeviceName,
): Promise<SuperResolveSeconds> {
  const { patchPx, sampler, samplingSteps } = recipe.generator;
  const state = initialState([diffusion.graph], random(0));
  const denoiser = await openDiffusion({ ...denoiserSettings(recipe), state }, { device });
  const noisy = zeros([denoiser.batchSize, 1, patchPx, patchPx]);
  await denoiser.predict(noisy, 500);
  const started = performance.now();
  await denoiser.predict(noisy, 500);
  const prediction = (performance.now() - started) / 1000 / denoiser.batchSize;
  await denoiser.release();
  return {
    diffusion: (await stepSeconds(diffusion, device)) * 1.1,
    superResolver: (await stepSeconds(superResolver, device)) * 1.15,
    image: prediction * samplers[sampler]().evaluations(samplingSteps) * 1.1,
  };
}
