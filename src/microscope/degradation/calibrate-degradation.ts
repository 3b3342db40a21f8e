import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { pause, stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import { gaussianBlur } from "../../image/gaussian-blur.ts";
import { medianOf } from "../../image/median-of.ts";
import { partOf } from "../../image/part-of.ts";
import { percentile } from "../../image/percentile.ts";
import { type Downsample, type LightFit, pairedExponent, pairedSigmaPx, rimOf, unpairedLight } from "./blur-fit.ts";
import { type DegradationAgreement, degradationAgreement, neighbourCorrelation } from "./degradation-agreement.ts";
import { type DegradationSettings, degrade, degradedLight } from "./degrade.ts";
import { livelyCorner } from "./lively-corner.ts";
import type { PhotonTransfer } from "./noise-line.ts";
import { pairedLight } from "./paired-light.ts";
import { photonTransfer } from "./photon-transfer.ts";

/** What the images are to each other. */
export interface CalibrateDegradationOptions extends WorkOptions {
  /** Whether `high[i]` and `low[i]` show the same field, aligned. */
  readonly paired: boolean;
  /** Pixels of a high image per pixel of a low one, along each axis; default 1. */
  readonly downsample?: Downsample;
  /** Longest edge of the part of an image that is looked at, in pixels of the low image; default 512. */
  readonly side?: number;
}

/** A degradation that imitates real low images, and how well it does. */
export interface DegradationCalibration {
  readonly settings: DegradationSettings;
  /** One per pair, with its own light and noise; empty when the images are no pairs. */
  readonly each: readonly DegradationSettings[];
  /** Correlation of the noise of neighbouring pixels in the low images. The model has none; above 0.1 its noise is too fine. */
  readonly noiseCorrelation: number;
  /** Degraded high images beside the real low ones. */
  readonly agreement: DegradationAgreement;
}

const WHERE = "calibrateDegradation";

/** Photon-transfer line as photons and electrons. A line that meets 0 above 0 says where the camera's dark level lies. */
function cameraOf({ slope, intercept }: PhotonTransfer) {
  const gain = Math.max(slope, 1e-6); // a million photons: no shot noise that anyone could see
  const peakPhotons = 1 / gain;
  return intercept >= 0
    ? { peakPhotons, readNoiseE: Math.sqrt(intercept) * peakPhotons, darkLevel: 0 }
    : { peakPhotons, readNoiseE: 0, darkLevel: -intercept / gain };
}

/** Smallest step between grey levels; 0 for a plane of real numbers, which has thousands. */
function greyStepOf({ data }: Plane): number {
  const levels = [...new Set(data)].sort((a, b) => a - b);
  if (levels.length < 2 || levels.length > 4096) return 0;
  return levels.slice(1).reduce((least, level, i) => Math.min(least, level - levels[i]!), 1);
}

const difference = (a: Plane, b: Plane): Plane => ({ ...a, data: a.data.map((value, i) => value - b.data[i]!) });
const meanOf = (planes: readonly Plane[]) =>
  planes.reduce((sum, { data }) => sum + data.reduce((a, b) => a + b, 0) / data.length, 0) / planes.length;

function tooFewPixels(): DataError {
  return new DataError({
    where: WHERE,
    expected: "images that are not cut off nearly everywhere",
    received: "too few pixels to measure noise",
    fix: "Give images that were not stretched until most of them are black or white.",
  });
}

/** Edge of the parts to look at, in low pixels; insists that the images can be used. */
function sideOf(high: readonly Plane[], low: readonly Plane[], options: CalibrateDegradationOptions): number {
  const { paired, downsample = 1, side = 512 } = options;
  const misfit = high.findIndex(
    ({ height, width }, i) =>
      height !== downsample * (low[i]?.height ?? 0) || width !== downsample * (low[i]?.width ?? 0),
  );
  const isUneven = paired && high.length !== low.length;
  if (high.length === 0 || low.length === 0 || isUneven || (paired && misfit >= 0))
    throw new DataError({
      where: WHERE,
      expected: paired
        ? `pairs whose high image is ${downsample} times the size of the low one`
        : "high and low images",
      received:
        isUneven || misfit < 0 || low.length === 0
          ? `${high.length} high and ${low.length} low`
          : `pair ${misfit} of another size`,
    });
  const edges = [
    ...low.flatMap(({ height, width }) => [height, width]),
    ...high.flatMap(({ height, width }) => [height / downsample, width / downsample]),
  ];
  const even = 2 * Math.floor(Math.min(side, ...edges) / 2);
  if (even >= 16) return even;
  throw new DataError({
    where: WHERE,
    expected: "images of 16 × 16 pixels or more",
    received: `an edge of ${even} pixels`,
  });
}

type Tell = (done: number) => Promise<void>;
type SettingsOf = (light: LightFit, transfer: PhotonTransfer) => DegradationSettings;

async function calibratePairs(
  high: readonly Plane[],
  low: readonly Plane[],
  downsample: Downsample,
  settingsOf: SettingsOf,
  tell: Tell,
): Promise<DegradationCalibration> {
  const pairs = high.map((plane, i) => ({ high: plane, low: low[i]! }));
  // How wide the rim must be follows from the blur, and so does the power of the light; the blur is then fitted again. A third round changes neither.
  const first = pairedSigmaPx({ pairs, rimPx: rimOf(low[0]!) }, downsample);
  const rimPx = rimOf(low[0]!, first / downsample);
  const exponent = pairedExponent({ pairs, rimPx }, first, downsample);
  const sigmaPx = pairedSigmaPx({ pairs, rimPx }, downsample, exponent);
  await tell(1);
  const blurred = high.map((plane) =>
    degradedLight(plane, { blur: { sigmaPx }, downsample, exponent, peakPhotons: 1 }),
  );
  const lit = pairedLight(
    blurred.map((light, i) => ({ light, low: low[i]! })),
    rimPx,
  ).map(({ scale, background }, i) => {
    const expected = { ...blurred[i]!, data: blurred[i]!.data.map((value) => scale * value + background) };
    const left = difference(low[i]!, expected);
    return { light: { sigmaPx, exponent, scale, background }, noisy: left, expected, raw: low[i]! };
  });
  const shared = photonTransfer(lit); // for pairs that are too small to show their own noise
  const fits = lit.map((fit) => {
    const transfer = photonTransfer([fit]) ?? shared;
    if (!transfer) throw tooFewPixels();
    return { ...fit, transfer };
  });
  await tell(2);
  const each = fits.map(({ light, transfer }) => settingsOf(light, transfer));
  const middle = (of: (fit: (typeof fits)[number]) => number) => medianOf(fits.map(of));
  const settings = settingsOf(
    {
      sigmaPx,
      exponent,
      scale: middle(({ light }) => light.scale),
      background: middle(({ light }) => light.background),
    },
    { slope: middle(({ transfer }) => transfer.slope), intercept: middle(({ transfer }) => transfer.intercept) },
  );
  // In the dim parts what is left over is noise, not misfit.
  const dim = fits.map(({ expected, noisy }) => {
    const limit = percentile(expected, 70);
    return { noise: noisy, isIn: (pixel: number) => expected.data[pixel]! <= limit };
  });
  const degraded = high.map((plane, i) => degrade(plane, each[i]!, random(0).fork("agreement", i)));
  const agreement = degradationAgreement(degraded, low);
  return { settings, each, noiseCorrelation: neighbourCorrelation(dim), agreement };
}

async function calibrateSets(
  high: readonly Plane[],
  low: readonly Plane[],
  downsample: Downsample,
  settingsOf: SettingsOf,
  tell: Tell,
): Promise<DegradationCalibration> {
  const transferOf = (planes: readonly Plane[]) =>
    photonTransfer(
      planes.map((noisy) => ({ noisy, expected: gaussianBlur(noisy, 2) })),
      { robust: true },
    );
  const transfers = { high: transferOf(high), low: transferOf(low) };
  if (!transfers.high || !transfers.low) throw tooFewPixels();
  await tell(1);
  const variance = ({ slope, intercept }: PhotonTransfer, planes: readonly Plane[]) =>
    Math.max(0, slope * meanOf(planes) + intercept);
  const light = unpairedLight(high, low, downsample, {
    high: variance(transfers.high, high),
    low: variance(transfers.low, low),
  });
  if (!light)
    throw new DataError({
      where: WHERE,
      expected: "low images with structure above their noise",
      received: "noise at nearly all spatial frequencies",
      fix: "Give more or larger images, or pairs of the same field.",
    });
  await tell(2);
  const settings = settingsOf(light, transfers.low);
  const dim = low.map((plane) => {
    const smooth = gaussianBlur(plane, 4);
    const limit = percentile(smooth, 30);
    return { noise: difference(plane, smooth), isIn: (pixel: number) => smooth.data[pixel]! <= limit };
  });
  const degraded = high.map((plane, i) => degrade(plane, settings, random(0).fork("agreement", i)));
  const agreement = degradationAgreement(degraded, low);
  return { settings, each: [], noiseCorrelation: neighbourCorrelation(dim), agreement };
}

/**
 * Degradation that makes high-quality images look like real low-quality ones.
 *
 * Paired: σ and the power of the light by least squares, then scale and background, then the photon transfer of what is left over. Unpaired: photon transfer
 * of the low images' own finest detail, then σ and scale from the ratio of the mean power spectra; this needs the same kind of
 * structure in both sets, and a σ above about 1 low pixel (less blur leaves structure in the finest detail). A high image with noise
 * of its own makes σ too large in pairs.
 *
 * @param high sharp images on the unit scale
 * @param low real low images on the unit scale; each smaller by `downsample` when paired
 * @throws {@link DataError} when there are no images, pairs do not fit, or the images are too small or too noisy to tell
 */
export async function calibrateDegradation(
  high: readonly Plane[],
  low: readonly Plane[],
  options: CalibrateDegradationOptions,
): Promise<DegradationCalibration> {
  const { paired, downsample = 1, signal, onProgress } = options;
  const side = sideOf(high, low, options);
  const fineSide = side * downsample;
  const tell: Tell = async (done) => {
    stopIfCancelled(signal, WHERE);
    onProgress?.({ stage: "calibrate degradation", done, total: 3 });
    await pause();
  };
  await tell(0);
  const corners = high.map((plane) => livelyCorner(plane, fineSide, downsample));
  const square = (edge: number) => ({ height: edge, width: edge });
  const highParts = high.map((plane, i) => partOf(plane, { ...corners[i]!, ...square(fineSide) }));
  const lowParts = low.map((plane, i) => {
    if (!paired) return partOf(plane, { ...livelyCorner(plane, side, 1), ...square(side) });
    const { top, left } = corners[i]!;
    return partOf(plane, { top: top / downsample, left: left / downsample, ...square(side) });
  });
  const greyStep = medianOf(lowParts.map(greyStepOf));
  const settingsOf: SettingsOf = (light, transfer) => ({
    blur: { sigmaPx: light.sigmaPx },
    downsample,
    exponent: light.exponent,
    scale: light.scale,
    background: light.background,
    ...cameraOf(transfer),
    greyStep,
  });
  return (paired ? calibratePairs : calibrateSets)(highParts, lowParts, downsample, settingsOf, tell);
}
