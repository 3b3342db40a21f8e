import type { Plane } from "../core/plane.ts";
import type { WorkOptions } from "../core/progress.ts";
import { random } from "../core/random.ts";
import { type FeatureNetwork, openMicroscopyFeatures } from "../features/index.ts";
import { featureDistance } from "../metrics/feature-distance.ts";
import { type PowerRatio, powerRatios } from "../metrics/power-ratios.ts";
import type { RealismRecord } from "./record.ts";

/** Measures that a record tells, and how they are called. */
const MEASURES = [
  { measure: "kernel", name: "Kernel distance (KID)", lowerIsBetter: true },
  { measure: "frechet", name: "Fréchet distance", lowerIsBetter: true },
  { measure: "precision", name: "Precision (looks real)", lowerIsBetter: false },
  { measure: "recall", name: "Recall (variety)", lowerIsBetter: false },
  { measure: "density", name: "Density", lowerIsBetter: false },
  { measure: "coverage", name: "Coverage", lowerIsBetter: false },
] as const;

/** Power of detail, as a share of that in real images, that needs no remark: at 0.7 a sixth of the contrast is missing. */
const USUAL_POWER = { least: 0.7, most: 1.4 };

/**
 * How near a set of images is to real ones: in features, with the distance of real images among themselves, and in the power of its detail.
 *
 * @param sets both sets of patches `[H, W]` of one size
 * @param options.network open feature network, which stays open; Fantascope's own unless given
 */
export async function realismRecord(
  source: string,
  { made, real }: { readonly made: readonly Plane[]; readonly real: readonly Plane[] },
  { seed, network, ...work }: WorkOptions & { readonly seed: number; readonly network?: FeatureNetwork },
): Promise<RealismRecord> {
  const open = network ?? (await openMicroscopyFeatures());
  const features = { made: await open.features(made, work), real: await open.features(real, work) };
  if (!network) await open.release();
  const found = MEASURES.map(({ measure, name, lowerIsBetter }) => {
    const { value, low, high, floor, sentence, outcome } = featureDistance(
      features.real,
      features.made,
      random(seed).fork("realism", source, measure),
      { network: open.name, measure },
    );
    return {
      told: { name, value, low, high, floor: floor.value, lowerIsBetter },
      warnings: outcome === "cannot tell" ? [sentence] : [],
    };
  });
  const detail = powerRatios(made, real);
  return {
    source,
    featureNetwork: open.name,
    images: made.length,
    realImages: real.length,
    measures: found.map(({ told }) => told),
    detail: detail.map(({ toPx, ratio }) => ({ finestPx: toPx, power: ratio })),
    warnings: [...found.flatMap(({ warnings }) => warnings), ...remarks(detail)],
  };
}

/** What is odd about the power of detail, if anything: the band that is furthest off. */
function remarks(detail: readonly PowerRatio[]): string[] {
  const off = ({ ratio }: PowerRatio) => Math.abs(Math.log(ratio));
  const { fromPx, toPx, ratio } = detail.reduce((worst, band) => (off(band) > off(worst) ? band : worst));
  if (ratio >= USUAL_POWER.least && ratio <= USUAL_POWER.most) return [];
  const sizes = Number.isFinite(fromPx) ? `${format(toPx)} to ${format(fromPx)} px` : `${format(toPx)} px and more`;
  const said = ratio < 1 ? "too even, or too smooth" : "too harsh, or too grainy";
  return [`Detail of ${sizes} has ${ratio.toFixed(2)} times the power that it has in real images: ${said}.`];
}

function format(px: number): string {
  return String(Number(px.toPrecision(2)));
}
