import { join } from "node:path";
import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { type Random, random } from "../../core/random.ts";
import { estimateCanonicalForm, toCanonical } from "../../data/canonical.ts";
import { cropPlane } from "../../data/crop.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { writeFileAtomically } from "../../data/formats/index.ts";
import { channelPlane } from "../../data/image.ts";
import { sheet } from "../../image/sheet.ts";
import { type Calibration, calibrate } from "../../microscope/calibrate.ts";
import { typical } from "../../microscope/distribution.ts";
import { simulate } from "../../microscope/simulate.ts";
import { simulateCanonical } from "../../microscope/simulate-canonical.ts";
import { CROP_PX } from "../../recipes/canonical-set.ts";
import { descriptorRecords } from "../../recipes/describe-realism.ts";
import { renderCalibrationPage } from "../../report/calibration-page.ts";
import { formatNumber } from "../../report/format.ts";
import { readImages } from "./read-images.ts";
import { rgbPng } from "./rgb-png.ts";

/** Crops per source whose descriptors are compared, and pictures shown. */
const CROPS = 60;
const SHOWN = { pictures: 6, columns: 2, mostPx: 256 };

/** What a calibration left behind. */
export interface CalibratedFolder {
  readonly calibration: Calibration;
  /** Content hash of the real images. */
  readonly learnedFrom: string;
  /** `calibration.json`. */
  readonly file: string;
  /** `calibration.html`. */
  readonly page: string;
}

/**
 * Fits the simulator to a folder of unlabelled images and writes `calibration.json` and `calibration.html`, which shows simulated beside
 * real images with the descriptors of both.
 *
 * @throws {@link DataError} when there are no images, or no nuclei in them
 * @throws {@link OutputError} when the output folder cannot be written
 */
export async function calibrateFolder(real: string, out: string, options: WorkOptions = {}): Promise<CalibratedFolder> {
  const dataset = await openDataset(real);
  const planes = await readImages(dataset, options);
  stopIfCancelled(options.signal, "calibrate");
  const calibration = calibrate(planes);
  const learnedFrom = await dataset.hash();
  const stream = random(0).fork("calibration page");
  const html = await renderCalibrationPage({
    name: dataset.name,
    descriptors: descriptorRecords({
      real: crops(planes.map(canonical), stream.fork("real")),
      simulated: Array.from(
        { length: CROPS },
        (_, i) => simulateCanonical(calibration, { size: CROP_PX, random: stream.fork("simulated", i) }).image,
      ),
    }),
    pictures: [
      { title: "Real", caption: `Images of ${dataset.name}, unlabelled.`, png: contactSheet(planes) },
      {
        title: "Simulated",
        caption: "From the calibrated simulator: drawn nuclei, optics, camera.",
        png: contactSheet(
          Array.from({ length: Math.min(SHOWN.pictures, planes.length) }, (_, i) =>
            channelPlane(simulate(calibration.settings, stream.fork("shown", i)).image),
          ),
        ),
      },
    ],
    settings: fittedSettings(calibration),
  });
  const [file, page] = [join(out, "calibration.json"), join(out, "calibration.html")];
  await writeFileAtomically(file, `${JSON.stringify({ learnedFrom, ...calibration }, null, 1)}\n`);
  await writeFileAtomically(page, html);
  return { calibration, learnedFrom, file, page };
}

function canonical(plane: Plane): Plane {
  return toCanonical(plane, estimateCanonicalForm(plane));
}

function crops(planes: readonly Plane[], stream: Random): Plane[] {
  return Array.from({ length: CROPS }, (_, i) => cropPlane(planes[i % planes.length]!, CROP_PX, stream));
}

function contactSheet(planes: readonly Plane[]): Uint8Array {
  return rgbPng(sheet(planes.slice(0, SHOWN.pictures).map(topLeft), { columns: SHOWN.columns }));
}

/** The part of an image that a contact sheet has room for. */
function topLeft(plane: Plane): Plane {
  const [height, width] = [Math.min(plane.height, SHOWN.mostPx), Math.min(plane.width, SHOWN.mostPx)];
  const data = new Float32Array(height * width);
  for (let y = 0; y < height; y++) data.set(plane.data.subarray(y * plane.width, y * plane.width + width), y * width);
  return { data, height, width };
}

/** Fitted settings for people: the median over the fields of view. */
function fittedSettings({ settings: { fields } }: Calibration): [name: string, value: string][] {
  const median = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const told = (name: string, unit: string, of: (field: (typeof fields)[number]) => number): [string, string] => [
    name,
    `${formatNumber(median(fields.map(of)))}${unit && ` ${unit}`}`,
  ];
  return [
    ["Fields of view", `${fields.length}, one per image`],
    told("Diameter of nuclei", "px", ({ nuclei: { traits } }) =>
      "resampled" in traits ? median(traits.resampled.map(({ diameterPx }) => diameterPx)) : typical(traits.diameterPx),
    ),
    told("Covered by nuclei", "of the area", ({ nuclei }) => typical(nuclei.coverage)),
    told("Blur (standard deviation)", "px", ({ optics }) =>
      optics.kind === "gaussian" ? typical(optics.sigmaPx) : Number.NaN,
    ),
    told("Light of a nucleus", "photons per pixel", ({ nucleusPhotons }) => typical(nucleusPhotons)),
    told("Background", "photons per pixel", ({ background }) => typical(background.photons)),
    told("Camera", "bits", ({ camera }) => camera.bitDepth),
  ];
}
