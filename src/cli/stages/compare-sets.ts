import { DataError, RecipeError } from "../../core/errors.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { rgbPng, writeFileAtomically } from "../../data/formats/index.ts";
import { featurePreprocessings, openFeatureNetwork, openMicroscopyFeatures } from "../../features/index.ts";
import { halvesSheet } from "../../image/halves-sheet.ts";
import { equalisedPicture } from "../../metrics/equalised-picture.ts";
import { noveltyAudit } from "../../metrics/novelty.ts";
import { closestPairsSheet, noveltyRecord } from "../../recipes/novelty.ts";
import { realismRecord } from "../../recipes/realism.ts";
import type { NoveltyRecord, RealismRecord } from "../../recipes/record.ts";
import { refuseLeaks } from "../../recipes/refuse-leaks.ts";
import { comparisonFindings, renderComparisonPage } from "../../report/comparison-page.ts";
import type { EmbeddedPicture } from "../../report/picture.ts";
import { type GreyScale, type UnitOptions, type UnitPatch, unitImage, unitPatches } from "./unit-patches.ts";

/** Names of ways to prepare images for a network from a file. */
export const PREPROCESSINGS = { "inception-fid": "inceptionFid", torchvision: "torchvision" } as const;

/** How two sets are compared. */
export interface CompareSetsOptions extends WorkOptions {
  /** Folder of images that the generator learned from; with it, copies are looked for. */
  readonly training?: string;
  /** Feature network in an ONNX file; unless given, Fantascope's own. */
  readonly features?: string;
  /** What that network wants to see; the Inception network of FID unless given. */
  readonly preprocessing?: keyof typeof PREPROCESSINGS;
  /** Name of the value in that network that holds the features. */
  readonly featureOutput?: string;
  /** Most patches of either side; the default is as many as there are generated images, at most 500. */
  readonly count?: number;
  /** Edge of the patches; the default is that of the smaller images, at most 128. */
  readonly patchPx?: number;
  readonly grey?: GreyScale;
  /** Channel of the real images and of those learned from, counted from 1; unless given, the one with the most light. */
  readonly channel?: number;
  readonly seed?: number;
  readonly threads?: number;
  /** File of the page. */
  readonly page?: string;
  /** File that receives the numbers. */
  readonly json?: string;
}

/** What a comparison found. */
export interface ComparedSets {
  readonly patchPx: number;
  readonly realism: RealismRecord;
  readonly novelty?: NoveltyRecord;
  /** What to take away, in sentences. */
  readonly sentences: readonly string[];
  readonly page: string;
}

/** Most patches of either side, unless asked for more: beyond some hundreds the intervals hardly shrink. */
const MOST_PATCHES = 500;
/** Fewest images on either side that a distance can be computed from. */
const FEWEST = 8;
/** Edge of patches of large images: two tiles of the feature network along each side. */
const USUAL_PATCH_PX = 128;

/**
 * How near a set of images is to real ones, and, where the images are known that its generator learned from, whether it copied them; a page that shows
 * both. Nothing in the folders is changed.
 *
 * @param generated folder of images by any generator
 * @param real folder of real images, better of ones that the generator has not seen
 * @throws {@link DataError} when a folder has too few or too small images, or real images are among the training images
 * @throws {@link RecipeError} when options for a feature network are given without one
 * @throws {@link FormatError} when the feature network cannot be read
 * @throws {@link OutputError} when the page cannot be written
 */
export async function compareSets(
  generated: string,
  real: string,
  options: CompareSetsOptions = {},
): Promise<ComparedSets> {
  const { training, seed = 0, grey = "image", channel, page = "comparison.html", json, signal, onProgress } = options;
  const work: WorkOptions = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const sets = { made: await openDataset(generated), real: await openDataset(real) };
  const trained = training === undefined ? undefined : await openDataset(training);
  if (trained) await refuseLeaks(trained, sets.real);
  const count = options.count ?? Math.min(MOST_PATCHES, sets.made.length);
  if (count < FEWEST)
    throw new DataError({
      where: generated,
      expected: `at least ${FEWEST} generated images, better some hundreds`,
      received: `${sets.made.length}`,
      fix: "Generate more, or cut several patches from each image with --count.",
    });
  const patchPx = options.patchPx ?? (await usualPatch(sets.made, sets.real));

  const stream = random(seed).fork("compare");
  const cut = (dataset: Dataset, name: string, unit: UnitOptions) =>
    unitPatches(dataset, { count, patchPx, ...unit, random: stream.fork(name) }, work);
  const patches = {
    made: await cut(sets.made, "generated", { grey }),
    real: await cut(sets.real, "real", { grey, channel }),
  };
  const planes = { made: patches.made.map(({ plane }) => plane), real: patches.real.map(({ plane }) => plane) };

  const network = await openNetwork(options);
  const realism = await realismRecord(sets.made.name, planes, { ...work, seed, network }).finally(() =>
    network.release(),
  );
  const pictures = [
    {
      title: "Real on the left, generated on the right",
      caption: `${patchPx} x ${patchPx} pixels each.`,
      png: rgbPng(halvesSheet(planes.real, planes.made)),
    },
    {
      title: "The same with local contrast equalised",
      caption: "Faint structure shows, and patterns that hide in the dark.",
      png: rgbPng(halvesSheet(planes.real, planes.made, equalisedPicture)),
    },
  ];

  const copies = trained && (await findCopies(sets.made.name, patches, trained, { grey, channel, seed, ...work }));
  const compared = { realism, ...(copies && { novelty: copies.record }) };
  const title = `${sets.made.name} against ${sets.real.name}`;
  const closest = copies ? [copies.picture] : [];
  await writeFileAtomically(page, await renderComparisonPage({ title, ...compared, pictures, closest }));
  if (json !== undefined)
    await writeFileAtomically(json, `${JSON.stringify({ patchPx, seed, grey, channel, ...compared }, null, 2)}\n`);
  const { headline, sentences } = comparisonFindings(compared);
  return { patchPx, ...compared, sentences: [headline, ...sentences], page };
}

/** Searches the training images for the generated patches, and for the real ones, which the generator did not learn from. */
async function findCopies(
  name: string,
  { made, real }: { readonly made: readonly UnitPatch[]; readonly real: readonly UnitPatch[] },
  dataset: Dataset,
  { grey, channel, seed, ...work }: WorkOptions & UnitOptions & { readonly seed: number },
): Promise<{ readonly record: NoveltyRecord; readonly picture: EmbeddedPicture }> {
  const learned: UnitPatch[] = [];
  for (let index = 0; index < dataset.length; index++) {
    const item = await dataset.get(index);
    learned.push({ plane: unitImage(item, { grey, channel }), group: item.group });
  }
  const planes = (patches: readonly UnitPatch[]) => patches.map(({ plane }) => plane);
  const audit = await noveltyAudit(
    {
      generated: planes(made),
      training: planes(learned),
      heldOut: planes(real),
      trainingGroups: learned.map(({ group }) => `training ${group}`), // names may be the same; images are not
      heldOutGroups: real.map(({ group }) => group),
    },
    random(seed).fork("novelty"),
    work,
  );
  const png = rgbPng(closestPairsSheet(audit, planes(made), planes(learned)));
  return { record: noveltyRecord(name, audit), picture: { title: "Closest pairs", png } };
}

/** Edge of the first images of both folders, the smaller, at most {@link USUAL_PATCH_PX}. */
async function usualPatch(...datasets: readonly Dataset[]): Promise<number> {
  const edges = await Promise.all(
    datasets.map(async (dataset) => {
      const { image, annotations } = await dataset.get(0);
      const { height, width } = annotations.partner ?? image;
      return Math.min(height, width);
    }),
  );
  return Math.min(USUAL_PATCH_PX, ...edges);
}

function openNetwork({ features, preprocessing, featureOutput, threads = 1 }: CompareSetsOptions) {
  if (features !== undefined)
    return openFeatureNetwork(features, {
      threads,
      ...(preprocessing && { preprocessing: featurePreprocessings[PREPROCESSINGS[preprocessing]] }),
      ...(featureOutput !== undefined && { output: featureOutput }),
    });
  if (preprocessing !== undefined || featureOutput !== undefined)
    throw new RecipeError({
      where: "compare",
      expected: "a feature network in an ONNX file (--features) beside --preprocessing and --feature-output",
      received: "none",
      fix: "Name the file, or leave them out: Fantascope's own network needs neither.",
    });
  return openMicroscopyFeatures({ threads });
}
