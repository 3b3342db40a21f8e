import { loadCheckpoint } from "../../engine/checkpoint.ts";
import { requireModelFile } from "./require-model-file.ts";

/** Models that a file of weights can hold, as it says itself. */
export type ModelKind = "segmenter" | "super-resolver" | "cyclegan" | "diffusion";

/**
 * What kind of model a file holds; nothing for other weights.
 *
 * @throws {@link DataError} when there is no such file
 * @throws {@link FormatError} when it is no safetensors file, or not whole
 */
export async function modelKind(file: string): Promise<ModelKind | undefined> {
  await requireModelFile(file);
  const { task, generator } = loadCheckpoint(file)?.metadata ?? {};
  if (task === "segment") return "segmenter";
  if (task === "super-resolve") return "super-resolver";
  return generator === "cyclegan" || generator === "diffusion" ? generator : undefined;
}
