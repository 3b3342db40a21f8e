import { DataError } from "../../core/errors.ts";
import { type ModelKind, modelKind } from "./model-kind.ts";

/** Models that predict something of an image. */
export type PredictionTask = Extract<ModelKind, "segmenter" | "super-resolver">;

/**
 * What models do with an image, as their files say.
 *
 * @throws {@link DataError} when one does nothing of the kind, or they do different things
 */
export async function predictionTask(files: readonly string[]): Promise<PredictionTask> {
  const found = new Map<PredictionTask, string>();
  for (const file of files) {
    const kind = await modelKind(file);
    if (kind !== "segmenter" && kind !== "super-resolver")
      throw new DataError({
        where: file,
        expected: "a segmenter or a super-resolver saved by Fantascope",
        received: kind ? `a ${kind} generator` : "another file",
        fix: "Name a .safetensors file from the models folder of a run.",
      });
    found.set(kind, file);
  }
  const [[first, file], other] = [...found] as [[PredictionTask, string], [PredictionTask, string]?];
  if (other)
    throw new DataError({
      where: other[1],
      expected: `a ${first}, like ${file}`,
      received: `a ${other[0]}`,
      fix: "Average models of one kind only; run the others by themselves.",
    });
  return first;
}
