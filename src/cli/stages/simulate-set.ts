import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import { writeDataset } from "../../data/write-dataset.ts";
import { checkSettings } from "../../microscope/settings.ts";
import { simulate } from "../../microscope/simulate.ts";
import { claimFolder } from "./claim-folder.ts";
import { fingerprint } from "./fingerprint.ts";
import { numberedItems } from "./numbered-items.ts";
import type { StoredCalibration } from "./read-calibration.ts";

/** How many images, and which. */
export interface SetOptions extends WorkOptions {
  /** Images to make; a larger set begins with the images of a smaller one. */
  readonly count?: number;
  readonly seed?: number;
}

/**
 * Labelled set from the simulator: images in grey levels at the camera's own pixels, one label per nucleus in focus.
 *
 * Image k depends on settings, seed and k alone. Called again after an interruption, it goes on.
 *
 * @throws {@link UnitError} for settings that no microscope can have, before anything is written
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function simulateSet(
  { settings, learnedFrom }: StoredCalibration,
  out: string,
  { count = 100, seed = 0, ...work }: SetOptions = {},
): Promise<Dataset> {
  checkSettings(settings);
  const key = fingerprint("simulate", settings, seed);
  await claimFolder(out, "simulate", { seed, key });
  const stream = random(seed).fork("simulate");
  const items = numberedItems({ ...work, count, group: "simulated", key, stage: "simulate" }, async (index) => {
    const { image, labels } = simulate(settings, stream.fork(index));
    const provenance = {
      origin: "synthetic",
      method: "simulate",
      seed,
      index,
      ...(learnedFrom ? { learnedFrom } : {}),
      settings: { form: "native" },
    } as const;
    return { image, annotations: { instances: labels }, provenance };
  });
  return writeDataset(out, items, { name: "simulated", ...(work.signal ? { signal: work.signal } : {}) });
}
