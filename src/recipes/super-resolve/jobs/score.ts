import type { Plane } from "../../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../../core/progress.ts";
import { writeTiff } from "../../../data/formats/index.ts";
import { affineFit, affineFitted } from "../../../image/affine-fit.ts";
import { fourierRingCorrelation } from "../../../metrics/fourier-ring-correlation.ts";
import { msSsim } from "../../../metrics/ms-ssim.ts";
import { nrmse } from "../../../metrics/nrmse.ts";
import { psnr } from "../../../metrics/psnr.ts";
import { ssim } from "../../../metrics/ssim.ts";
import { classicalMethods } from "../../../tasks/super-resolve/classical/index.ts";
import { loadSuperResolver } from "../../../tasks/super-resolve/model-file.ts";
import { openSuperResolver } from "../../../tasks/super-resolve/predict.ts";
import type { Job } from "../../job.ts";
import type { ImageScore } from "../../scored-arm.ts";
import { blurOfPoorPx } from "../degradation.ts";
import { openFields } from "../fields.ts";
import { testPairs } from "../test-pairs.ts";
import { type SuperResolveContext, superResolverFiles } from "./context.ts";

/** How one model did on one held-out field. */
export interface SuperResolveScore extends ImageScore {
  /** In dB. */
  readonly psnr: number;
  readonly ssim: number;
  readonly msSsim: number;
  /** Root mean square error over the root mean square of the truth. */
  readonly nrmse: number;
  /** Spatial frequency up to which result and truth agree, as a share of the Nyquist frequency: 1 is every detail that pixels can show. */
  readonly frcCutoff: number;
}

/** Truths are on the unit scale by their percentiles; a few pixels lie beyond. */
const DATA_RANGE = { dataRange: 1 };

/** Scores of one arm and seed on every held-out field; the results go to `predictions/ARM-SEED/`. */
export async function scoreJob(
  context: SuperResolveContext,
  job: Job,
  { signal, onProgress }: WorkOptions,
): Promise<SuperResolveScore[]> {
  const { recipe, folder, realFolder, testFolder } = context;
  const pairs = testPairs(context, await openFields(recipe, realFolder, testFolder));
  const method = await openMethod(context, job);
  const scores: SuperResolveScore[] = [];
  for (const [index, { name, group, low, high }] of pairs.entries()) {
    stopIfCancelled(signal, job.title);
    const result = await method.resolve(low);
    scores.push({ image: name, group, ...compared(high, result) });
    const { data, height, width } = result;
    const image = { data, pixelType: "float32", channels: 1, height, width } as const;
    await writeTiff(
      folder.file("predictions", `${job.subject}-${job.seed}`, `${String(index).padStart(3, "0")}.tif`),
      image,
    );
    onProgress?.({ stage: job.title, done: index + 1, total: pairs.length });
  }
  await method.release();
  return scores;
}

/** Measures of a result against its truth, after the gain and offset that fit best: neither image says what its grey levels mean. */
export function compared(truth: Plane, result: Plane): Omit<SuperResolveScore, keyof ImageScore> {
  const fitted = affineFitted(result, affineFit(truth, result));
  return {
    psnr: psnr(truth, fitted, DATA_RANGE),
    ssim: ssim(truth, fitted, DATA_RANGE),
    msSsim: msSsim(truth, fitted, DATA_RANGE).value,
    nrmse: nrmse(truth, fitted),
    frcCutoff: agreementCutoff(truth, fitted),
  };
}

/** Frequency of the first crossing of 1/7, as a share of Nyquist's; 1 when every ring agrees, 0 when not even the coarsest three do. */
function agreementCutoff(truth: Plane, result: Plane): number {
  const { resolutionUm: resolutionPx, smoothed, threshold } = fourierRingCorrelation(truth, result, { pixelSizeUm: 1 });
  if (resolutionPx !== undefined) return Math.min(1, 2 / resolutionPx);
  return smoothed.every((correlation, ring) => correlation >= threshold[ring]!) ? 1 : 0;
}

/** Arms without learning, by name. */
const classical = {
  input: classicalMethods.bicubic,
  wiener: classicalMethods.wiener,
  "richardson-lucy": classicalMethods.richardsonLucy,
} as const;

interface Method {
  resolve(low: Plane): Promise<Plane>;
  release(): Promise<void>;
}

async function openMethod(
  { folder, recipe, degradation }: SuperResolveContext,
  { subject, seed }: Job,
): Promise<Method> {
  const method = classical[subject as keyof typeof classical];
  if (method) {
    const options = { scale: recipe.scale, psfSigmaPx: blurOfPoorPx(degradation) };
    return { resolve: async (low) => method.resolve(low, options), release: async () => {} };
  }
  return openSuperResolver([loadSuperResolver(superResolverFiles(folder, subject, seed).weights)]);
}
