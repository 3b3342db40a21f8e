import { join } from "node:path";
import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { type Random, random } from "../../core/random.ts";
import { estimateCanonicalForm, toCanonical } from "../../data/canonical.ts";
import { cropPlane } from "../../data/crop.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { rgbPng, writeFileAtomically } from "../../data/formats/index.ts";
import { channelPlane } from "../../data/image.ts";
import { sheet } from "../../image/sheet.ts";
import { type Calibration, calibrate } from "../../microscope/calibrate.ts";
import { simulate } from "../../microscope/simulate.ts";
import { CROP_PX } from "../../recipes/segment/canonical-set.ts";
import { descriptorRecords } from "../../recipes/segment/describe-realism.ts";
import { renderCalibrationPage } from "../../report/calibration-page.ts";
import { fittedSettings } from "./fitted-settings.ts";
import { readImages } from "./read-images.ts";
import { shownPart } from "./shown-part.ts";

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

/** Images simulated for the page at most, crops per source that are measured, and pictures shown. */
const PAGE = { images: 24, crops: 60, pictures: 6, columns: 2, mostPx: 256 };

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
  const calibration = await calibrate(planes, options);
  const learnedFrom = await dataset.hash();
  const html = await calibrationPage(dataset.name, planes, calibration);
  const [file, page] = [join(out, "calibration.json"), join(out, "calibration.html")];
  await writeFileAtomically(file, `${JSON.stringify({ learnedFrom, ...calibration }, null, 1)}\n`);
  await writeFileAtomically(page, html);
  return { calibration, learnedFrom, file, page };
}

/** Real and simulated images as they come from the camera, and what is measured in both. */
function calibrationPage(name: string, planes: readonly Plane[], calibration: Calibration): Promise<string> {
  const { settings } = calibration;
  const stream = random(0).fork("calibration page");
  const simulated = settings.fields
    .slice(0, PAGE.images)
    .map((field, i) => channelPlane(simulate({ ...settings, fields: [field] }, stream.fork("image", i)).image));
  return renderCalibrationPage({
    name,
    descriptors: descriptorRecords({
      real: crops(planes, stream.fork("crops", "real")),
      simulated: crops(simulated, stream.fork("crops", "simulated")),
    }),
    pictures: [
      { title: "Real", caption: `The first images of the folder “${name}”.`, png: contactSheet(planes) },
      {
        title: "Simulated",
        caption: "By the calibrated simulator: drawn nuclei, optics, camera.",
        png: contactSheet(simulated),
      },
    ],
    settings: fittedSettings(calibration),
  });
}

/** Canonical crops, spread evenly over the images. */
function crops(planes: readonly Plane[], stream: Random): Plane[] {
  const canonical = planes.map((plane) => toCanonical(plane, estimateCanonicalForm(plane)));
  return Array.from({ length: PAGE.crops }, (_, i) => cropPlane(canonical[i % canonical.length]!, CROP_PX, stream));
}

function contactSheet(planes: readonly Plane[]): Uint8Array {
  const parts = planes.slice(0, PAGE.pictures).map((plane) => shownPart(plane, PAGE.mostPx));
  return rgbPng(sheet(parts, { columns: PAGE.columns }));
}
