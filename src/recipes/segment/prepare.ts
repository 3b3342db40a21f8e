import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { Dataset } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { channelPlane } from "../../data/image.ts";
import { type Calibration, calibrate } from "../../microscope/calibrate.ts";
import { refuseLeaks } from "../refuse-leaks.ts";
import type { RunFolder } from "../run-folder.ts";
import type { SegmentRecipe } from "./recipe.ts";
import { standInImages } from "./stand-in.ts";

/** What is known before any training. */
export interface Prepared {
  readonly realFolder: string;
  readonly testFolder: string | undefined;
  readonly calibration: Calibration;
  /** Real training images that carry labels. */
  readonly labelled: number;
  readonly scored: boolean;
  readonly warnings: string[];
}

/** Images below this number cannot show what a microscope's images have in common. */
const FEWEST_IMAGES = 2;

/**
 * Settles the data of a run: the real images or their stand-in, no leak into the test set, and the calibrated microscope.
 *
 * @throws {@link DataError} for too few images, or test images that are among the training images
 */
export async function prepare(recipe: SegmentRecipe, folder: RunFolder, options: WorkOptions): Promise<Prepared> {
  const standIn = recipe.real === undefined ? await standInImages(folder, options) : undefined;
  const realFolder = standIn?.real ?? recipe.real!;
  const testFolder = standIn?.test ?? recipe.test;
  const real = await openDataset(realFolder);
  if (real.length < FEWEST_IMAGES)
    throw new DataError({
      where: realFolder,
      expected: `at least ${FEWEST_IMAGES} images`,
      received: `${real.length}`,
      fix: "Add images of the same kind; 5 to 50 are a good number.",
    });
  const test = testFolder === undefined ? undefined : await openDataset(testFolder);
  if (test) await refuseLeaks(real, test);
  const planes: Plane[] = [];
  let labelled = 0;
  for (let i = 0; i < real.length; i++) {
    stopIfCancelled(options.signal, "calibrate");
    const { image, annotations } = await real.get(i);
    planes.push(channelPlane(image));
    if (annotations.instances) labelled++;
    options.onProgress?.({ stage: "look at the real images", done: i + 1, total: real.length });
  }
  const testLabels = test ? await countLabelled(test) : 0;
  const warnings: string[] = [];
  if (test && testLabels === 0) warnings.push("The test images carry no labels, so nothing could be scored.");
  if (testLabels > 0 && testLabels < 10)
    warnings.push(`Only ${testLabels} test images: their intervals are of little worth.`);
  if (real.length < 5)
    warnings.push(`Only ${real.length} images to learn from; the generator sees little of how your images vary.`);
  return {
    realFolder,
    testFolder,
    calibration: await calibrate(planes, options),
    labelled,
    scored: testLabels > 0,
    warnings,
  };
}

async function countLabelled(dataset: Dataset): Promise<number> {
  let count = 0;
  for (let i = 0; i < dataset.length; i++) if ((await dataset.get(i)).annotations.instances) count++;
  return count;
}
