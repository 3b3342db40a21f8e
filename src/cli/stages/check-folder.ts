import { FantascopeError } from "../../core/errors.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { checkDataset } from "../../data/check.ts";
import type { Dataset } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { rgbPng, writeFileAtomically } from "../../data/formats/index.ts";
import { channelPlane } from "../../data/image.ts";
import { display } from "../../image/display.ts";
import { overlay } from "../../image/overlay.ts";
import { type CheckFinding, type CheckTile, renderCheckPage } from "../../report/check-page.ts";
import { pairFindings } from "./pair-findings.ts";
import { shownPart } from "./shown-part.ts";

/** What a check looks for, and where its page goes. */
export interface CheckFolderOptions extends WorkOptions {
  /** Folder of test images that must not share any image with the others. */
  readonly test?: string;
  /** File of the preview page. */
  readonly page?: string;
}

/** What a check found. */
export interface CheckedFolder {
  readonly findings: readonly CheckFinding[];
  readonly summary: readonly string[];
  readonly page: string;
}

/** Images on the preview page, spread over the folder, and the part of each that is shown. */
const SHOWN = { images: 12, mostPx: 400 };

/**
 * Says what a folder holds and what is suspicious, and writes a page that shows images beside their labels. Nothing in the folder is
 * changed.
 *
 * @throws {@link DataError} when the folder holds no image
 * @throws {@link OutputError} when the page cannot be written
 */
export async function checkFolder(
  folder: string,
  { test, page = "check.html", ...work }: CheckFolderOptions = {},
): Promise<CheckedFolder> {
  const dataset = await openDataset(folder);
  const checked = await checkDataset(dataset, { ...work, ...(test === undefined ? {} : { test }) });
  const pairs = await pairFindings(dataset, work);
  const summary = [...checked.summary, ...pairs.summary];
  const told = checked.findings.map(
    ({ severity, ...finding }): CheckFinding => ({ severity: severity === "info" ? "note" : severity, ...finding }),
  );
  const findings = [...pairs.findings, ...told];
  await writeFileAtomically(
    page,
    renderCheckPage({ name: dataset.name, findings, summary, tiles: await tiles(dataset) }),
  );
  return { findings, summary, page };
}

async function tiles(dataset: Dataset): Promise<CheckTile[]> {
  const count = Math.min(SHOWN.images, dataset.length);
  const shown: CheckTile[] = [];
  for (let k = 0; k < count; k++) {
    const item = await dataset.get(Math.floor((k * dataset.length) / count)).catch((error: unknown) => {
      if (error instanceof FantascopeError) return undefined; // is among the findings
      throw error;
    });
    if (!item) continue;
    const plane = shownPart(channelPlane(item.image), SHOWN.mostPx);
    const { instances } = item.annotations;
    shown.push({
      title: item.name,
      png: rgbPng(display(plane)),
      ...(instances ? { overlayPng: rgbPng(overlay(plane, shownPart(instances, SHOWN.mostPx))) } : {}),
    });
  }
  return shown;
}
