import { RecipeError } from "../core/errors.ts";

/** Insists that a CycleGAN comes with the simulator that draws its label maps. @throws {@link RecipeError} */
export function requireCalibration(model: string, calibration: string | undefined): string {
  if (calibration !== undefined) return calibration;
  throw new RecipeError({
    where: `${model} (a CycleGAN)`,
    expected: "a calibration to draw label maps from",
    received: "none",
    fix: "Name it with --calibration; fantascope fit puts calibration.json beside the model.",
  });
}
