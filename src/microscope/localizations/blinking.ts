import type { Random } from "../../core/random.ts";
import { checkRange } from "../distribution.ts";

/** How molecules blink: two states with exponential times, as in PALM, STORM and (without bleaching) PAINT. */
export interface BlinkingSettings {
  readonly frames: number;
  /** Time of one camera frame. */
  readonly exposureMs: number;
  /** Mean time of one flash. */
  readonly onTimeMs: number;
  /** Share of its time that a molecule shines before it bleaches, 0…1; the mean dark time is onTimeMs · (1 / dutyCycle − 1). */
  readonly dutyCycle: number;
  /** Photons that the camera would count from a shining molecule in a second. */
  readonly photonsPerS: number;
  /** Mean number of flashes before a molecule bleaches for good; without it none does. */
  readonly flashesUntilBleached?: number;
}

/** Light of single molecules in single frames, ordered by molecule and then by frame. All `[K]`. */
export interface Blinks {
  readonly count: number;
  /** Frame, from 0. */
  readonly frame: Int32Array;
  readonly emitter: Int32Array;
  /** Expected photons in this frame: a flash that begins or ends within it gives less. */
  readonly photons: Float64Array;
}

/**
 * Insists on blinking that can be.
 *
 * @throws {@link UnitError} naming the setting
 */
export function checkBlinking(where: string, settings: BlinkingSettings): void {
  checkRange(`${where}.frames`, settings.frames, { min: 1 });
  checkRange(`${where}.exposureMs`, settings.exposureMs, { min: 1e-6, unit: "ms" });
  checkRange(`${where}.onTimeMs`, settings.onTimeMs, { min: 1e-6, unit: "ms" });
  checkRange(`${where}.dutyCycle`, settings.dutyCycle, { min: 1e-9, max: 1 });
  checkRange(`${where}.photonsPerS`, settings.photonsPerS, { min: 0, unit: "photons/s" });
  if (settings.flashesUntilBleached !== undefined)
    checkRange(`${where}.flashesUntilBleached`, settings.flashesUntilBleached, { min: 1 });
}

/**
 * When each of `emitters` molecules shines.
 *
 * Molecules begin in the long run's mix of states, each independent of the others, and switch after exponential times.
 *
 * @throws {@link UnitError} for settings that cannot be
 */
export function blink(emitters: number, settings: BlinkingSettings, random: Random): Blinks {
  checkBlinking("blinking", settings);
  const { frames, exposureMs, onTimeMs, dutyCycle, photonsPerS, flashesUntilBleached } = settings;
  const offTimeMs = onTimeMs * (1 / dutyCycle - 1);
  const endMs = frames * exposureMs;
  const [frame, emitter, photons]: [number[], number[], number[]] = [[], [], []];
  const exponential = (mean: number) => -mean * Math.log(1 - random.uniform());
  for (let molecule = 0; molecule < emitters; molecule++) {
    let isOn = random.uniform() < dutyCycle;
    for (let time = 0; time < endMs; isOn = !isOn) {
      const until = time + exponential(isOn ? onTimeMs : offTimeMs);
      if (isOn) {
        const last = Math.min(frames - 1, Math.floor(until / exposureMs));
        for (let f = Math.floor(time / exposureMs); f <= last; f++) {
          const shineMs = Math.min(until, (f + 1) * exposureMs) - Math.max(time, f * exposureMs);
          const light = (shineMs / 1000) * photonsPerS;
          const at = frame.length - 1;
          // A second flash within one frame adds to the first.
          if (at >= 0 && emitter[at] === molecule && frame[at] === f) photons[at]! += light;
          else {
            frame.push(f);
            emitter.push(molecule);
            photons.push(light);
          }
        }
        if (flashesUntilBleached !== undefined && random.uniform() < 1 / flashesUntilBleached) break;
      }
      time = until;
    }
  }
  return {
    count: frame.length,
    frame: Int32Array.from(frame),
    emitter: Int32Array.from(emitter),
    photons: Float64Array.from(photons),
  };
}
