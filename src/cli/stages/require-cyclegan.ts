import { DataError } from "../../core/errors.ts";
import { modelKind } from "./model-kind.ts";

/** Insists that a file holds a CycleGAN: segmenters lie beside it in a run and end the same. @throws {@link DataError} */
export async function requireCycleGan(file: string): Promise<void> {
  const kind = await modelKind(file);
  if (kind === "cyclegan") return;
  throw new DataError({
    where: file,
    expected: "a trained CycleGAN or diffusion model",
    received: kind ? `a ${kind}` : "another model",
    fix: "Name a .safetensors file of fantascope fit, or models/cyclegan-* or diffusion-* of a run.",
  });
}
