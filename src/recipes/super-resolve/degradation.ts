import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { calibrateDegradation } from "../../microscope/degradation/calibrate-degradation.ts";
import { type DegradationSettings, degradationSigmaPx, degrade } from "../../microscope/degradation/degrade.ts";
import {
  degradePublished,
  type PublishedDegradation,
  publishedBlurPx,
} from "../../microscope/degradation/degrade-published.ts";
import type { Field } from "./fields.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** How sharp images become poor ones in a run, as plain data. */
export type Degradation =
  | { readonly kind: "physical"; readonly settings: DegradationSettings; readonly each: readonly DegradationSettings[] }
  | { readonly kind: "published"; readonly settings: PublishedDegradation };

/** Pixel size of the published microtubules, for images that do not say theirs. */
const PUBLISHED_PIXEL_UM = 0.0265;

/**
 * The degradation of a recipe: fitted to the real pairs where there are some and the recipe asks for it, otherwise as its numbers say.
 */
export async function settleDegradation(
  { degradation, scale, fields: { pixelSizeUm = PUBLISHED_PIXEL_UM } }: SuperResolveRecipe,
  paired: readonly Field[],
  work: WorkOptions,
): Promise<Degradation> {
  if (degradation.kind === "published") return { kind: "published", settings: { pixelSizeUm } };
  const pairs = paired.flatMap(({ high, low }) => (low ? [{ high, low }] : []));
  if (degradation.kind === "calibrated" && pairs.length > 0) {
    const { settings, each } = await calibrateDegradation(
      pairs.map(({ high }) => high),
      pairs.map(({ low }) => low),
      { ...work, paired: true, downsample: scale },
    );
    return { kind: "physical", settings: unclipped(settings), each: each.map(unclipped) };
  }
  const { blurPx, peakPhotons, readNoise } = degradation;
  const settings = unclipped({
    blur: { sigmaPx: blurPx },
    downsample: scale,
    peakPhotons,
    readNoiseE: readNoise,
  });
  return { kind: "physical", settings, each: [] };
}

/** Fields are brought to the unit scale by percentiles, so that noise reaches beyond 0…1; cutting it off there would be another noise. */
function unclipped(settings: DegradationSettings): DegradationSettings {
  return { ...settings, clip: false };
}

/** A poor image of a sharp one, `[H, W]` → `[H / scale, W / scale]`: each time with other noise, and the light of any of the real pairs. */
export function poorPartner(high: Plane, degradation: Degradation, random: Random): Plane {
  if (degradation.kind === "published") return degradePublished(high, degradation.settings, random);
  const { settings, each } = degradation;
  return degrade(high, each.length > 0 ? random.fork("light").pick(each) : settings, random);
}

/** Blur of a degradation, in pixels of the poor image. */
export function blurOfPoorPx(degradation: Degradation): number {
  if (degradation.kind === "published") return publishedBlurPx(degradation.settings);
  const { settings } = degradation;
  return degradationSigmaPx(settings) / (settings.downsample ?? 1);
}
