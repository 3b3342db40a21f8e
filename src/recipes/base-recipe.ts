import type { DeviceChoice } from "../engine/devices.ts";

/** What every recipe says, whatever it is about. */
export interface BaseRecipe {
  readonly recipe: string;
  readonly title: string;
  /** Folder of real images to learn from; left out: the embedded stand-in microscope. */
  readonly real?: string | undefined;
  /** Folder of real images to score on. */
  readonly test?: string | undefined;
  readonly minutes: number;
  readonly seed: number;
  readonly seeds: number;
  readonly workers?: number | undefined;
  /** Where networks are computed; the processor unless given. */
  readonly device?: DeviceChoice | undefined;
}
