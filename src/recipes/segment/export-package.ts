/**
 * A trained segmenter of a run as a package of the BioImage Model Zoo.
 *
 * No real image goes into a package, because nobody was asked whether it may be given away: the test pair and the cover show a scene that is
 * drawn new from the run's calibrated simulator.
 */

import { FormatError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { random } from "../../core/random.ts";
import { tensor } from "../../core/tensor.ts";
import { CANONICAL_DIAMETER_PX, type CanonicalForm } from "../../data/canonical.ts";
import { unitToNetwork } from "../../data/canonical-image.ts";
import { rgbPng } from "../../data/formats/index.ts";
import { bioimagePackage, type PackageCitation } from "../../engine/package/bioimage-package.ts";
import type { PackageAxis } from "../../engine/package/package-axes.ts";
import type { State } from "../../engine/step.ts";
import type { InstanceMaps } from "../../image/instance-maps.ts";
import { overlay } from "../../image/overlay.ts";
import { sheet } from "../../image/sheet.ts";
import { CANONICAL } from "../../microscope/canonical-scene.ts";
import { checkSettings, type MicroscopeSettings } from "../../microscope/settings.ts";
import { simulateCanonical } from "../../microscope/simulate-canonical.ts";
import { EXPORT_PX, exportSegmenter } from "../../tasks/segment/export.ts";
import { loadModel } from "../../tasks/segment/model-file.ts";
import { MAP_NAMES } from "../../tasks/segment/network.ts";
import { openSegmenter, segmentInstances } from "../../tasks/segment/predict.ts";
import { type ExportableModel, exportableModel, type ModelChoice } from "../exportable-model.ts";
import type { ModelPackage, PackageTexts } from "../model-package.ts";
import type { RunRecord } from "../record.ts";
import type { RunFolder } from "../run-folder.ts";
import { storedInputs } from "../stored-inputs.ts";
import { segmentCardTexts } from "./card-texts.ts";
import type { SegmentInputs } from "./jobs/context.ts";

/** What these models are called, and their files. */
export const SEGMENTERS = { noun: "segmenters", stem: "segmenter" } as const;

/**
 * The segmenter of a run that is meant by arm and seed, ready to be packaged.
 *
 * @throws {@link DataError} when the run keeps no segmenter
 * @throws {@link FormatError} when its calibration is missing or damaged
 * @throws {@link RecipeError} for an arm or seed without a model
 */
export async function exportSegmenterPackage(
  folder: RunFolder,
  record: RunRecord,
  choice: ModelChoice,
): Promise<ModelPackage> {
  const inputs = await storedInputs<Partial<SegmentInputs>>(folder);
  const settings = requireSettings(inputs.calibration?.settings, folder.file("inputs.json"));
  const planned = inputs.plan?.arms ?? [];
  const model = await exportableModel(record, folder, SEGMENTERS, { choice, planned });
  return {
    model,
    name: `Fantascope nuclei segmenter (${model.arm.name} seed ${model.seed})`,
    description: `Finds nuclei in two-dimensional fluorescence images, as maps of foreground, border and distance. Trained on ${model.arm.training}.`,
    card: segmentCardTexts(record.recipe),
    cite: packageCitations(record, model.arm),
    files: (texts) => segmenterPackage(model, { settings }, texts),
  };
}

/** Settings of a calibrated simulator, as a file has them, after a look at what they say. */
function requireSettings(settings: MicroscopeSettings | undefined, file: string): MicroscopeSettings {
  const wrong = (received: string, cause?: unknown) =>
    new FormatError({ where: file, expected: "a calibration of at least one field of view", received, cause });
  if (!Array.isArray(settings?.fields)) throw wrong("none");
  try {
    checkSettings(settings, file);
  } catch (cause) {
    if (cause instanceof TypeError) throw wrong("a field of view that lacks a part", cause);
    throw cause;
  }
  return settings;
}

/** A scene is in canonical form already: its pixels and grey values stay as they are. */
const AS_IT_IS: CanonicalForm = {
  diameterPx: CANONICAL_DIAMETER_PX,
  background: CANONICAL.background,
  foreground: CANONICAL.background + CANONICAL.contrast,
  scale: 1,
};

/** Axes of an image with these channels. Canonical pixels have no length: their size in the specimen differs from image to image. */
function axes(...names: string[]): PackageAxis[] {
  return [{ type: "batch" }, { type: "channel", names }, { type: "space", id: "y" }, { type: "space", id: "x" }];
}

/**
 * Files of the package by name; see {@link ModelPackage}.
 *
 * @param calibration anything with `settings`, as in the run's `inputs.json`
 * @throws {@link DataError} when the weights are missing or those of no segmenter
 * @throws {@link GraphError} when the weights are those of another network
 * @throws {@link RecipeError} when a text that the zoo requires is missing
 * @throws {@link SessionError} when the exported model does not give what the network gave
 */
export async function segmenterPackage(
  { arm, seed, weights }: ExportableModel,
  calibration: { readonly settings: MicroscopeSettings },
  texts: PackageTexts,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { state } = loadModel(weights);
  const model = exportSegmenter(state, { arm: arm.name, seed });
  const scene = simulateCanonical(calibration, { size: EXPORT_PX, random: random(seed).fork("package") }).image;
  const { maps, cover } = await predicted(state, scene);
  const size = EXPORT_PX ** 2;
  const expected = new Float32Array(MAP_NAMES.length * size);
  MAP_NAMES.forEach((name, channel) => {
    expected.set(maps[name].data, channel * size);
  });
  return bioimagePackage(model, {
    ...texts,
    covers: { "cover.png": cover },
    tags: ["nuclei", "fluorescence-light-microscopy", "instance-segmentation", "2d", "unet", "fantascope"],
    inputs: {
      image: {
        axes: axes("nuclei"),
        description: "canonical image, -1 to 1: nuclei about 20 px across; README.md has the formula",
        test: tensor(unitToNetwork(scene).data, [1, 1, EXPORT_PX, EXPORT_PX]),
      },
    },
    outputs: {
      maps: {
        axes: axes(...MAP_NAMES),
        description: "0 to 1: inside a nucleus; where two touch; distance to the outline over its largest",
        expected: tensor(expected, [1, MAP_NAMES.length, EXPORT_PX, EXPORT_PX]),
      },
    },
  });
}

/** Maps of a canonical scene, and a picture of it beside its instances, both as `fantascope predict` makes them. */
async function predicted(state: State, scene: Plane): Promise<{ maps: InstanceMaps; cover: Uint8Array }> {
  const segmenter = await openSegmenter([state], { tilePx: EXPORT_PX });
  try {
    const maps = await segmenter.maps(scene);
    const instances = await segmentInstances({ ...segmenter, maps: async () => maps }, scene, { form: AS_IT_IS });
    return { maps, cover: rgbPng(sheet([scene, overlay(scene, instances)], { columns: 2, gap: 0 })) };
  } finally {
    await segmenter.release();
  }
}

/** Methods of a record whose papers can be cited in the zoo, which asks for a DOI or an address. */
const PAPERS: Readonly<Record<string, Pick<PackageCitation, "doi" | "url">>> = {
  "U-Net segmenter": { doi: "10.1007/978-3-319-24574-4_28" },
  CycleGAN: { doi: "10.1109/ICCV.2017.244" },
  "DCT low-pass between the generators": { url: "https://arxiv.org/abs/2308.01769" },
};

/** What a package of this arm cites: the network always, the generator where its images were learned from. */
export function packageCitations(
  { methods }: Pick<RunRecord, "methods">,
  arm: ExportableModel["arm"],
): PackageCitation[] {
  const isGenerated = arm.role === "generated" || arm.role === "combined";
  return methods.flatMap(({ name, reference }) => {
    const paper = PAPERS[name];
    return paper && (isGenerated || name === "U-Net segmenter") ? [{ text: `${name}: ${reference}`, ...paper }] : [];
  });
}
