import { emptyPlane, type LabelMap, type Plane } from "../../core/plane.ts";
import { random } from "../../core/random.ts";
import { canonicalOfImage } from "../../data/canonical-image.ts";
import { cropPair, cropPlane } from "../../data/crop.ts";
import type { Dataset } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { readLabels } from "../../data/formats/labels.ts";
import { writeRgbPng } from "../../data/formats/rgb-png.ts";
import { channelPlane } from "../../data/image.ts";
import { overlay } from "../../image/overlay.ts";
import type { RgbImage } from "../../image/rgb-image.ts";
import { sheet } from "../../image/sheet.ts";
import { equalisedPicture } from "../../metrics/equalised-picture.ts";
import type { Picture } from "../record.ts";
import { madeArm, variantTitle } from "./arms.ts";
import { CROP_PX } from "./canonical-set.ts";
import { realPlanes, type SegmentContext, syntheticFolder } from "./jobs/context.ts";
import { type GenerationResult, steganographyPicture } from "./jobs/generate.ts";

/** Tiles of a contact sheet. */
const SHEET = { tiles: 8, columns: 4 };

/** Test images whose predictions are shown, and how much of each. */
const PREDICTIONS = { tiles: 4, mostPx: 256 };

/** Draws the pictures of a run into `pictures/`: what a reader wants to look at before any number. */
export async function drawPictures(
  context: SegmentContext,
  generation: GenerationResult | undefined,
): Promise<Picture[]> {
  const { folder, plan } = context;
  const seed = plan.seeds[0]!;
  const pictures: Picture[] = [];
  const put = async (file: string, image: RgbImage, picture: Omit<Picture, "file">) => {
    const name = `pictures/${file}.png`;
    await writeRgbPng(folder.file(name), image);
    pictures.push({ ...picture, file: name });
  };

  const real = await realCrops(context);
  await put("real", sheet(real, { columns: SHEET.columns }), {
    role: "comparison",
    title: "Real",
    caption: "Crops of the real images in canonical form: nuclei about 20 px across.",
  });
  const simulated = await openDataset(syntheticFolder(folder, "simulated", seed));
  await put("simulated", sheet(await planes(simulated), { columns: SHEET.columns }), {
    role: "comparison",
    title: "Simulated",
    caption: "From the calibrated simulator: drawn nuclei, optics, camera.",
  });
  for (const { name } of plan.variants) {
    const generated = await openDataset(syntheticFolder(folder, `${name}-cycled`, seed));
    const title = plan.variants.length > 1 ? `Generated, ${variantTitle(name).toLowerCase()} CycleGAN` : "Generated";
    await put(`generated-${name}`, sheet(await planes(generated), { columns: SHEET.columns }), {
      role: "comparison",
      title,
      caption: "From drawn masks by the CycleGAN that saw the real images without labels.",
    });
    await put(`equalised-${name}`, sheet((await planes(generated)).map(equalisedPicture), { columns: SHEET.columns }), {
      role: "equalised",
      title: `${title}, equalised`,
      caption:
        "Local contrast stretched until faint patterns show: a label hidden in the background would appear here.",
    });
    pictures.push({
      role: "steganography",
      title: `${title}: what comes back`,
      caption:
        "Columns: the mask that was given; the generated image; the mask read back from it; the mask read back after low-pass, noise and 20 grey levels.",
      file: steganographyPicture(name, seed),
    });
    await put(`overlay-${name}`, sheet(await overlays(generated), { columns: SHEET.columns }), {
      role: "overlay",
      title: `${title}, with cycled labels`,
      caption: "Outlines are the training labels.",
    });
  }
  if (generation) await drawWorst(context, generation, put);
  await drawPredictions(context, put);
  return pictures;
}

type Put = (file: string, image: RgbImage, picture: Omit<Picture, "file">) => Promise<void>;

/** The generated images whose labels the witnesses doubt most. */
async function drawWorst(context: SegmentContext, { audits }: GenerationResult, put: Put): Promise<void> {
  const { folder, plan, recipe } = context;
  if (recipe.audit.onDoubt === "reject") return; // the rejected are not in the set any more
  const own = plan.variants.at(-1)!.name; // one of them made the generation
  for (const labels of ["input", "cycled"] as const) {
    const dataset = await openDataset(syntheticFolder(folder, `${own}-${labels}`, plan.seeds[0]!));
    const worst = audits[labels]
      .map(({ fidelity }, index) => ({ fidelity, index }))
      .sort((a, b) => a.fidelity - b.fidelity)
      .slice(0, SHEET.tiles);
    const tiles = await Promise.all(worst.map(async ({ index }) => overlayOf(dataset, index)));
    await put(`worst-${labels}`, sheet(tiles, { columns: SHEET.columns }), {
      role: "audit",
      title: `Worst labels, ${labels} mask`,
      caption: `Lowest fidelity of ${dataset.length} images, worst first: ${worst.map(({ fidelity }) => fidelity.toFixed(2)).join(", ")}.`,
    });
  }
}

/** Predictions of the recommended kind of arm on the first test images. */
async function drawPredictions({ folder, testFolder, plan, recipe }: SegmentContext, put: Put): Promise<void> {
  if (!testFolder || plan.jobs.every(({ kind }) => kind !== "score")) return;
  const test = await openDataset(testFolder);
  const seed = plan.seeds[0]!;
  for (const { name: arm, title } of plan.arms.filter(({ name }) => ["classical", madeArm(recipe)].includes(name))) {
    const tiles: RgbImage[] = [];
    for (let i = 0; i < Math.min(PREDICTIONS.tiles, test.length); i++) {
      const { name, image } = await test.get(i);
      const labels = await readLabels(folder.file("predictions", `${arm}-${seed}`, `${name}.tif`)).catch(
        () => undefined,
      );
      if (!labels) continue;
      const edge = Math.min(PREDICTIONS.mostPx, image.height, image.width);
      const shown = cropPair({ image: channelPlane(image), labels }, edge, random(seed).fork("prediction crop", i));
      tiles.push(overlay(shown.image, shown.labels));
    }
    if (tiles.length > 0)
      await put(`predicted-${arm}`, sheet(tiles, { columns: 2 }), {
        role: "prediction",
        title,
        caption: "Outlines of predicted nuclei on held-out images.",
      });
  }
}

async function realCrops(context: SegmentContext): Promise<Plane[]> {
  const sources = await realPlanes(context);
  const stream = random(context.recipe.seed).fork("pictures");
  return Array.from({ length: SHEET.tiles }, (_, i) =>
    cropPlane(sources[i % sources.length] ?? emptyPlane(CROP_PX, CROP_PX), CROP_PX, stream),
  );
}

async function planes(dataset: Dataset): Promise<Plane[]> {
  return Promise.all(firstIndices(dataset).map(async (i) => canonicalOfImage((await dataset.get(i)).image)));
}

async function overlays(dataset: Dataset): Promise<RgbImage[]> {
  return Promise.all(firstIndices(dataset).map((i) => overlayOf(dataset, i)));
}

async function overlayOf(dataset: Dataset, index: number): Promise<RgbImage> {
  const { image, annotations } = await dataset.get(index);
  return overlay(canonicalOfImage(image), annotations.instances as LabelMap);
}

function firstIndices(dataset: Dataset): number[] {
  return Array.from({ length: Math.min(SHEET.tiles, dataset.length) }, (_, i) => i);
}
