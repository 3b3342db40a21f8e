import type { JobContext } from "../../recipe-kind.ts";
import type { RunFolder } from "../../run-folder.ts";
import type { Degradation } from "../degradation.ts";
import type { SuperResolvePlan } from "../plan.ts";
import type { SuperResolveRecipe } from "../recipe.ts";

/** What is settled before the work of the recipe `super-resolve`. */
export interface SuperResolveInputs {
  readonly recipe: SuperResolveRecipe;
  readonly plan: SuperResolvePlan;
  readonly realFolder: string;
  readonly testFolder: string | undefined;
  readonly degradation: Degradation;
  /** Pixel size of the sharp images, where it is known. */
  readonly pixelSizeUm?: number;
}

/** What every job of a run reads. */
export type SuperResolveContext = JobContext<SuperResolveInputs>;

/** Folder of a set of sharp synthetic images. */
export function syntheticFolder(folder: RunFolder, name: "mathematical" | "generated", seed: number): string {
  return folder.file("synthetic", `${name}-${seed}`);
}

/** Weights of the generator of a seed. */
export function diffusionFile(folder: RunFolder, seed: number): string {
  return folder.file("models", `diffusion-${seed}.safetensors`);
}

/** Files of the super-resolver of an arm and seed. */
export function superResolverFiles(folder: RunFolder, arm: string, seed: number) {
  const stem = `super-resolver-${arm}-${seed}`;
  return {
    weights: folder.file("models", `${stem}.safetensors`),
    onnx: folder.file("models", `${stem}.onnx`),
    checkpoint: folder.file("checkpoints", `${stem}.safetensors`),
  };
}
