import { stat } from "node:fs/promises";
import { DataError } from "../../core/errors.ts";

/** Insists that a model is a file: people name the folder that holds the models. @throws {@link DataError} */
export async function requireModelFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return;
  throw new DataError({
    where: file,
    expected: "a model file",
    received: found ? "a folder" : "no such file",
    fix: "Name a .safetensors file, such as one of the models folder of a run.",
  });
}
