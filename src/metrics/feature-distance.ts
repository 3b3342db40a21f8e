import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { Random } from "../core/random.ts";
import { percentileInterval } from "./bootstrap.ts";
import { type FeatureMeasureName, featureMeasures } from "./feature-measures.ts";
import { type HalfSampleOptions, type Interval, intervalAbout, mean, randomParts } from "./half-samples.ts";
import { pooledFeatures } from "./pooled-features.ts";
import { requireFeatures } from "./require-features.ts";

export interface FeatureDistanceOptions extends HalfSampleOptions {
  /** Name and version of the network that made the features: a distance means nothing without it. */
  readonly network: string;
  readonly measure?: FeatureMeasureName;
}

/** Where generated images stand against real ones, with real against real beside it. */
export type RealismOutcome = "further than real" | "like real" | "closer than real" | "cannot tell";

/** A measure between generated and real images, with all that is needed to read it. */
export interface FeatureDistance extends Interval {
  readonly measure: FeatureMeasureName;
  readonly network: string;
  /** Of all images on either side. */
  readonly value: number;
  readonly realCount: number;
  readonly generatedCount: number;
  readonly dimensions: number;
  /**
   * What real images score among themselves: random halves of the real set against each other, repeatedly. `matched` is the same with
   * generated images in the place of the second half, equally many: only this compares with the floor where a measure depends on n.
   */
  readonly floor: Interval & { readonly value: number; readonly matched: number; readonly count: number };
  /** `matched` less the floor, from pairs that share their real half; its interval is wide, see `half-samples.ts`. */
  readonly excess: Interval & { readonly value: number };
  /**
   * Of the hypothesis that both sets come from one distribution: how often the measure is as far out when all images are dealt out anew
   * to either side. Two-sided, exact at any n, but only for independent images: patches of one field are not.
   */
  readonly pValue: number;
  readonly outcome: RealismOutcome;
  /** All of it in plain words. */
  readonly sentence: string;
}

/**
 * How far generated images are from real ones by their features, and whether that is further than real images are from each other.
 *
 * @param real features of real images, better of ones that the generator has not seen
 * @param generated features of generated images, from the same network
 * @throws {@link ShapeError} when the widths differ
 * @throws {@link DataError} when a set has fewer than eight images, or features that are not finite
 * @example
 * const kid = featureDistance(real, generated, random(0), { network: "fantascope microscopy features 1", measure: "kernel" });
 * console.log(kid.sentence);
 */
export function featureDistance(
  real: FeatureMatrix,
  generated: FeatureMatrix,
  random: Random,
  options: FeatureDistanceOptions,
): FeatureDistance {
  const { network, measure: name = "kernel", resamples = 200, confidence = 0.95 } = options;
  requireFeatures("featureDistance", [real, generated], 8);
  const measure = featureMeasures[name];
  const { pool, rows } = pooledFeatures(real, generated);
  const [realRows, generatedRows] = rows as [Int32Array, Int32Array];
  const between = measure.on(pool);

  const value = between(realRows, generatedRows);
  const halves = [realRows.length >> 1, generatedRows.length >> 1] as const;
  const drawInterval = random.fork("feature distance", "interval");
  const replicates = Float64Array.from({ length: resamples }, () =>
    between(
      randomParts(realRows, halves[0], drawInterval)[0]!,
      randomParts(generatedRows, halves[1], drawInterval)[0]!,
    ),
  );

  const count = Math.min(...halves);
  const drawFloor = random.fork("feature distance", "floor");
  const floors = new Float64Array(resamples);
  const matches = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    const [reference, other] = randomParts(realRows, count, drawFloor, 2) as [Int32Array, Int32Array];
    floors[i] = between(reference, other);
    matches[i] = between(reference, randomParts(generatedRows, count, drawFloor)[0]!);
  }

  const everything = Int32Array.from({ length: pool.count }, (_, row) => row);
  const drawPermutation = random.fork("feature distance", "permutation");
  const permuted = Float64Array.from({ length: resamples }, () => {
    const [dealt] = randomParts(everything, pool.count, drawPermutation) as [Int32Array];
    return between(dealt.subarray(0, real.count), dealt.subarray(real.count));
  });
  const share = (matches: (other: number) => boolean) => (permuted.filter(matches).length + 1) / (resamples + 1);
  const [above, below] = [share((other) => other >= value), share((other) => other <= value)];
  const pValue = Math.min(1, 2 * Math.min(above, below));

  const differences = matches.map((match, i) => match - floors[i]!);
  const excess = { value: mean(differences), ...percentileInterval(differences, confidence) };
  const enough = count >= measure.fewest(real.dimensions);
  const result = {
    measure: name,
    network,
    value,
    ...intervalAbout(value, replicates, options, measure.range),
    realCount: real.count,
    generatedCount: generated.count,
    dimensions: real.dimensions,
    floor: { value: mean(floors), ...percentileInterval(floors, confidence), matched: mean(matches), count },
    excess,
    pValue,
    outcome: outcomeOf(pValue < 1 - confidence, above < below === (measure.better === "smaller"), enough),
  };
  return { ...result, sentence: sentenceOf(result, confidence) };
}

function outcomeOf(apart: boolean, further: boolean, enough: boolean): RealismOutcome {
  if (!enough) return "cannot tell";
  if (!apart) return "like real";
  return further ? "further than real" : "closer than real";
}

function sentenceOf(result: Omit<FeatureDistance, "sentence">, confidence: number): string {
  const { title, fewest } = featureMeasures[result.measure];
  const { value, low, high, floor, outcome } = result;
  const head =
    `${capital(title)} on features of ${result.network}: ${short(value)} (${100 * confidence} % interval ${short(low)} to ` +
    `${short(high)}; ${result.realCount} real and ${result.generatedCount} generated images).`;
  const beside =
    `With ${floor.count} images on either side, real against real gives ${short(floor.value)}, generated against real ` +
    `${short(floor.matched)} (p = ${short(result.pValue)} that both are of one kind).`;
  const ends: Record<RealismOutcome, string> = {
    "further than real": "The generated images are further from real ones than real ones are from each other.",
    "like real": "This measure cannot tell generated from real images.",
    "closer than real":
      "The generated images are closer to real ones than real ones are to each other: look whether they are copies, or all alike.",
    "cannot tell": `Too few images to tell: ${2 * fewest(result.dimensions)} on either side are the least for this measure and these features.`,
  };
  return `${head} ${beside} ${ends[outcome]}`;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
