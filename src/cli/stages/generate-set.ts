import { random } from "../../core/random.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import type { Dataset } from "../../data/dataset.ts";
import { fileHash } from "../../data/file-hash.ts";
import { type ImageFileFormat, writeDataset } from "../../data/write-dataset.ts";
import type { DeviceName } from "../../engine/devices.ts";
import type { BrightnessSource } from "../../generators/cyclegan/brightness.ts";
import { generatePair, openGenerators } from "../../generators/cyclegan/generate.ts";
import { loadCycleGan } from "../../generators/cyclegan/model-file.ts";
import { simulateCanonical } from "../../microscope/simulate-canonical.ts";
import { claimFolder } from "./claim-folder.ts";
import { elsewhere } from "./elsewhere.ts";
import { fingerprint } from "./fingerprint.ts";
import { numberedItems } from "./numbered-items.ts";
import type { StoredCalibration } from "./read-calibration.ts";
import { requireCycleGan } from "./require-cyclegan.ts";
import type { SetOptions } from "./simulate-set.ts";

/** Which images, and which of the two labels they carry. */
export interface GenerateOptions extends SetOptions {
  /** `"cycled"`: what the inverse generator reads in the image; `"input"`: the label map that was asked for. */
  readonly labels?: "cycled" | "input";
  /** Whose coarse brightness the images have; default the generator's. */
  readonly brightness?: BrightnessSource;
  /** File format of the images; default PNG. */
  readonly format?: ImageFileFormat;
  /** Where networks are computed. */
  readonly device?: DeviceName;
}

/**
 * Labelled set from a trained CycleGAN, in canonical form (nuclei about 20 px across, 16 bits). Called again after an interruption, it
 * goes on.
 *
 * @param modelFile `cyclegan*.safetensors` of a run or of `fitGenerator`
 * @param calibration what the label maps are drawn from
 * @throws {@link DataError} when there is no model
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function generateSet(
  modelFile: string,
  { settings, learnedFrom }: StoredCalibration,
  out: string,
  options: GenerateOptions = {},
): Promise<Dataset> {
  const {
    count = 100,
    seed = 0,
    labels = "cycled",
    brightness = "generated",
    format = "png",
    device = "cpu",
    ...work
  } = options;
  await requireCycleGan(modelFile);
  const model = loadCycleGan(modelFile);
  const generator = await fileHash(modelFile);
  const key = fingerprint("generate", settings, generator, labels, brightness, seed);
  await claimFolder(out, "generate", { seed, labels, brightness, format, ...elsewhere(device), generator, key });
  const stream = random(seed).fork("generate");
  const generators = await openGenerators(model, { device });
  const items = numberedItems({ ...work, count, group: "generated", key, stage: "generate" }, async (index) => {
    const drawn = simulateCanonical({ settings }, { size: model.cropPx, random: stream.fork(index) });
    const { image, inputLabels, cycledLabels } = await generatePair(generators, drawn, { brightness });
    const provenance = {
      origin: "synthetic",
      method: "cyclegan",
      seed,
      index,
      generator,
      ...(learnedFrom ? { learnedFrom } : {}),
      settings: { form: "canonical", labels, lowPass: model.lowPass, brightness, refineEdges: true },
    } as const;
    const instances = labels === "cycled" ? cycledLabels : inputLabels;
    return { image: imageOfCanonical(image), annotations: { instances }, provenance };
  });
  try {
    const name = `generated, ${labels} labels`;
    return await writeDataset(out, items, { name, format, ...(work.signal ? { signal: work.signal } : {}) });
  } finally {
    await generators.release();
  }
}
