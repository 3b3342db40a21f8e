import type { LabelMap } from "../core/plane.ts";
import { type CanonicalOptions, canonicalScene } from "./canonical-scene.ts";
import type { MicroscopeSettings } from "./settings.ts";
import { placement } from "./specimens/placement.ts";

/**
 * Labels alone: where nuclei lie, without any light. The condition of a generator that draws the image itself.
 *
 * The same as the labels that `simulateCanonical` gives for the same state of `random`, at a fraction of the time.
 *
 * @returns `[size, size]`
 */
export function maskScene(calibration: { readonly settings: MicroscopeSettings }, options: CanonicalOptions): LabelMap {
  const { field, scale, random } = canonicalScene(calibration.settings, options);
  const { size } = options;
  return placement(field.nuclei, {
    height: size,
    width: size,
    scale,
    random: random.fork("in focus").fork("placement"),
  }).labels;
}
