import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError, OutputError } from "../../core/errors.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { writeFileAtomically } from "../../data/formats/index.ts";
import { memoryDataset } from "../../data/memory-dataset.ts";
import { mixture } from "../../data/mixture.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { exportSegmenter } from "../../tasks/segment/export.ts";
import { fitSegmenter } from "../../tasks/segment/fit.ts";
import { saveModel } from "../../tasks/segment/model-file.ts";
import { canonicalItem, isCanonical } from "./canonical-item.ts";
import { elsewhere } from "./elsewhere.ts";
import { fingerprint } from "./fingerprint.ts";
import { namedStage } from "./named-stage.ts";

/** How a segmenter is trained by itself. */
export interface TrainSegmenterOptions extends WorkOptions {
  readonly steps?: number;
  readonly seed?: number;
  /** Where the network is computed. */
  readonly device?: DeviceName;
}

/** What a training left behind. */
export interface TrainedSegmenter {
  /** Weights, for `predictFolder`. */
  readonly weights: string;
  /** The same network for other programs. */
  readonly onnx: string;
  readonly images: number;
  /** Images that were left out because they carry no labels. */
  readonly unlabelled: number;
}

/**
 * Segmenter trained on labelled folders, in equal shares: synthetic sets of a run, or real images with labels. An interrupted training
 * goes on when it is called with the same data and settings.
 *
 * @param out name of the weights, ending in `.safetensors`; the ONNX file stands beside it
 * @throws {@link DataError} when a folder holds no labelled image
 * @throws {@link OutputError} when the file exists already or cannot be written
 */
export async function trainSegmenter(
  folders: readonly string[],
  out: string,
  { steps = 600, seed = 0, device = "cpu", ...work }: TrainSegmenterOptions = {},
): Promise<TrainedSegmenter> {
  const onnx = out.replace(/\.safetensors$/, ".onnx");
  if (onnx === out)
    throw new OutputError({
      where: out,
      expected: "a name that ends in .safetensors",
      received: basename(out),
      fix: "Write for example --out nuclei.safetensors.",
    });
  if (existsSync(out))
    throw new OutputError({
      where: out,
      expected: "a new file",
      received: "one that exists already",
      fix: "Choose another name with --out, or move the old model away.",
    });
  const sets = await Promise.all(folders.map((folder) => openDataset(folder)));
  const hashes = await Promise.all(sets.map((set) => set.hash()));
  const parts: Dataset[] = [];
  let [images, unlabelled] = [0, 0];
  for (const set of sets) {
    const labelled = await labelledSet(set, work);
    images += labelled.length;
    unlabelled += set.length - labelled.length;
    parts.push(labelled);
  }
  // Other data or settings get another checkpoint, so nothing is continued that is not the same training.
  const checkpointFile = join(
    dirname(out),
    `.${basename(out)}.${fingerprint(hashes, steps, seed, ...Object.values(elsewhere(device)))}.checkpoint`,
  );
  const model = await fitSegmenter(mixture("training set", parts), {
    ...namedStage(work, "train segmenter"),
    device,
    random: random(seed).fork("segmenter"),
    steps,
    checkpointFile,
  });
  await writeFileAtomically(
    onnx,
    exportSegmenter(model.state, { arm: sets.map(({ name }) => name).join(" + "), seed }),
  );
  saveModel(out, model);
  await rm(checkpointFile, { force: true });
  return { weights: out, onnx, images, unlabelled };
}

/**
 * The labelled images of a set in canonical form. A set that is canonical and labelled throughout streams from its folder; others are
 * converted once and held in memory.
 */
async function labelledSet(set: Dataset, { signal, onProgress }: WorkOptions): Promise<Dataset> {
  const stage = `read ${set.name}`;
  const labelled: number[] = [];
  let canonical = 0;
  for (let index = 0; index < set.length; index++) {
    stopIfCancelled(signal, stage);
    const item = await set.get(index);
    if (item.annotations.instances) labelled.push(index);
    if (isCanonical(item)) canonical++;
    onProgress?.({ stage, done: index + 1, total: set.length });
  }
  if (labelled.length === 0)
    throw new DataError({
      where: set.name,
      expected: "images with instance labels",
      received: `${set.length} images without labels`,
      fix: "Put label maps of the same names into labels/ beside images/; fantascope check shows what is found.",
    });
  if (labelled.length === set.length && canonical === set.length) return set;
  const items: Item[] = [];
  for (const index of labelled) {
    stopIfCancelled(signal, stage);
    items.push(canonicalItem(await set.get(index)));
  }
  return memoryDataset(set.name, items);
}
