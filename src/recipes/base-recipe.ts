import { z } from "zod";
import { DEVICE_CHOICES, type DeviceChoice } from "../engine/devices.ts";

/** How long, how often and where a recipe is worked: fields of every recipe's schema. */
export const runFields = {
  /** Wall-clock budget. Training steps are scaled down to fit; more minutes than the full preset needs change nothing. */
  minutes: z.number().positive().max(100_000).default(30),
  /** First seed; the k-th repetition uses `seed + k`. */
  seed: z.int().min(0).default(0),
  /** Repetitions of every arm, generators included. An interval over fewer than three says little. */
  seeds: z.int().min(1).max(20).default(3),
  /** Processes that work side by side; left out: one per core, at most four. */
  workers: z.int().min(1).max(64).optional(),
  /** Where networks are computed; left out: `cpu`, whose bits any machine of its kind repeats. Others differ in the last digits (docs/devices.md). */
  device: z.enum(DEVICE_CHOICES).optional(),
} as const;

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
  /** Parts of `real` that are scored in turn, each by models that learned from the others; only recipes that can be cross-validated have it. */
  readonly folds?: number | undefined;
}
