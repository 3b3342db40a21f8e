import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import type { Item } from "../../data/dataset.ts";
import { writeDataset } from "../../data/write-dataset.ts";
import { standIn } from "../../microscope/presets.ts";
import { simulate } from "../../microscope/simulate.ts";
import type { RunFolder } from "../run-folder.ts";

/** Images of the stand-in: a user's handful to learn from, and enough for the interval of a test. */
const SIZES = { train: 12, test: 16 } as const;

/** Seed of the stand-in, apart from every seed of a run: the same "microscope" for everybody. */
const STAND_IN_SEED = 20181;

/**
 * The stand-in for a real microscope, for whoever has no images at hand: a simulator with other settings than any that the
 * calibration knows. Its images are simulated, and every page that shows a number from them says so.
 *
 * @returns folders of training and test images, with labels that only scoring and the `real` arms see
 */
export async function standInImages(
  folder: RunFolder,
  { signal }: WorkOptions = {},
): Promise<{ real: string; test: string }> {
  const settings = standIn({ height: 256, width: 256 });
  async function* items(part: keyof typeof SIZES): AsyncGenerator<Item> {
    for (let index = 0; index < SIZES[part]; index++) {
      stopIfCancelled(signal, "stand-in microscope");
      const name = `${part}-${String(index).padStart(2, "0")}`;
      const { image, labels } = simulate(settings, random(STAND_IN_SEED).fork(part, index));
      yield {
        name,
        group: name,
        image,
        annotations: { instances: labels },
        provenance: { origin: "synthetic", method: "stand-in microscope", seed: STAND_IN_SEED, index },
      };
    }
  }
  const [real, test] = [folder.file("stand-in", "train"), folder.file("stand-in", "test")];
  await writeDataset(real, items("train"), { name: "stand-in, train" });
  await writeDataset(test, items("test"), { name: "stand-in, test" });
  return { real, test };
}
