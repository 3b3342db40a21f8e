import { UnitError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import type { Image } from "../../data/image.ts";

/** A scientific camera. */
export interface CameraSettings {
  /** Electrons per photon, 0…1. */
  readonly quantumEfficiency: number;
  /** Thermal electrons per pixel and second. */
  readonly darkCurrentEPerS: number;
  readonly exposureMs: number;
  /** Standard deviation of the read-out, in electrons. */
  readonly readNoiseE: number;
  /** Electrons that a pixel can hold; more are lost. */
  readonly fullWellE: number;
  /** Gain: electrons for one grey level (ADU). */
  readonly electronsPerAdu: number;
  /** Grey level of no light at all. */
  readonly offsetAdu: number;
  /** Bits of the converter, 1…16; grey levels above 2^bitDepth − 1 are clipped. */
  readonly bitDepth: number;
}

/**
 * Insists on a camera that can exist.
 *
 * @throws {@link UnitError} naming the setting
 */
export function checkCamera(where: string, camera: CameraSettings): void {
  const limits: Record<keyof CameraSettings, readonly [low: number, high: number]> = {
    quantumEfficiency: [Number.MIN_VALUE, 1],
    darkCurrentEPerS: [0, Number.MAX_VALUE],
    exposureMs: [Number.MIN_VALUE, Number.MAX_VALUE],
    readNoiseE: [0, Number.MAX_VALUE],
    fullWellE: [1, Number.MAX_VALUE],
    electronsPerAdu: [Number.MIN_VALUE, Number.MAX_VALUE],
    offsetAdu: [0, 65535],
    bitDepth: [1, 16],
  };
  for (const [name, [low, high]] of Object.entries(limits) as [keyof CameraSettings, readonly [number, number]][]) {
    const value = camera[name];
    const isWhole = name !== "bitDepth" || Number.isInteger(value);
    if (value >= low && value <= high && isWhole) continue;
    const upper = high === Number.MAX_VALUE ? "" : ` and at most ${high}`;
    throw new UnitError({
      where: `${where}.${name}`,
      expected: `${low === Number.MIN_VALUE ? "more than 0" : `at least ${low}`}${upper}${isWhole ? "" : ", a whole number"}`,
      received: String(value),
      fix: "Correct this setting of the camera.",
    });
  }
}

/** Step 1, photons to expected electrons: `photons · quantumEfficiency + darkCurrent · exposure`, `[H, W]`. */
export function expectedElectrons(
  photons: Plane,
  { quantumEfficiency, darkCurrentEPerS, exposureMs }: CameraSettings,
): Plane {
  const darkE = (darkCurrentEPerS * exposureMs) / 1000;
  return { ...photons, data: photons.data.map((value) => Math.max(0, value) * quantumEfficiency + darkE) };
}

/** Step 2, the counting of electrons: a Poisson deviate of the expected number in every pixel, `[H, W]`. */
export function countedElectrons(expected: Plane, random: Random): Plane {
  return { ...expected, data: expected.data.map((mean) => random.poisson(mean)) };
}

/** Step 3, the read-out: electrons beyond the full well are lost, then Gaussian read noise is added, `[H, W]` in electrons. */
export function readOut(electrons: Plane, { fullWellE, readNoiseE }: CameraSettings, random: Random): Plane {
  const signal = emptyPlane(electrons.height, electrons.width);
  for (let i = 0; i < signal.data.length; i++) {
    const noise = readNoiseE > 0 ? readNoiseE * random.normal() : 0;
    signal.data[i] = Math.min(electrons.data[i]!, fullWellE) + noise;
  }
  return signal;
}

/** Step 4, the converter: `offset + electrons / electronsPerAdu`, rounded and clipped to the bit depth; 8 bits or fewer give uint8. */
export function greyLevels(signal: Plane, { electronsPerAdu, offsetAdu, bitDepth }: CameraSettings): Image {
  const { height, width } = signal;
  const highest = 2 ** bitDepth - 1;
  const data = bitDepth <= 8 ? new Uint8Array(height * width) : new Uint16Array(height * width);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.min(highest, Math.max(0, Math.round(offsetAdu + signal.data[i]! / electronsPerAdu)));
  return { data, pixelType: bitDepth <= 8 ? "uint8" : "uint16", channels: 1, height, width };
}

/**
 * What a camera makes of the light: photons → expected electrons → counted electrons → read-out → grey levels.
 *
 * @param photons expected photons per pixel during the exposure, `[H, W]`
 * @returns grey levels, `[1, H, W]`
 * @throws {@link UnitError} for a camera that cannot exist
 * @see European Machine Vision Association, EMVA Standard 1288 (linear camera model)
 */
export function camera(photons: Plane, settings: CameraSettings, random: Random): Image {
  checkCamera("camera", settings);
  const electrons = countedElectrons(expectedElectrons(photons, settings), random.fork("photon count"));
  return greyLevels(readOut(electrons, settings, random.fork("read noise")), settings);
}
