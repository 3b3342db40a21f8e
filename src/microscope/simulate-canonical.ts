import { type CanonicalOptions, canonicalScene } from "./canonical-scene.ts";
import { type CanonicalPair, renderCanonical } from "./render-canonical.ts";
import type { MicroscopeSettings } from "./settings.ts";

/**
 * A labelled training pair in canonical form.
 *
 * Each scene takes the cells, blur, noise and stray light of one field of the settings, that is, of one real image when they
 * come from `calibrate`.
 *
 * @param calibration anything with `settings`; a preset does as well: `{ settings: fluorescenceNuclei() }`
 * @returns image (background about 0.1, median nucleus about 0.55) and labels, both `[size, size]`
 */
export function simulateCanonical(
  calibration: { readonly settings: MicroscopeSettings },
  options: CanonicalOptions,
): CanonicalPair {
  const { field, scale, random } = canonicalScene(calibration.settings, options);
  const { size } = options;
  return renderCanonical(field, calibration.settings.pixelSizeUm, { height: size, width: size, scale, random });
}
