import type { RunRecord } from "../recipes/record.ts";
import { formatCounted, formatDuration, formatTime } from "./format.ts";
import { page, type Section } from "./page.ts";
import { armsSection } from "./sections/arms.ts";
import { auditSection } from "./sections/audit.ts";
import { learningSection, trainingSection } from "./sections/curves.ts";
import { descriptorCharts } from "./sections/descriptors.ts";
import { dataSection, methodsSection, repeatSection, warningsSection } from "./sections/facts.ts";
import { comparisonSection, overlaySection, readGallery } from "./sections/gallery.ts";
import { noveltySection } from "./sections/novelty.ts";
import { isStandIn } from "./sections/reading.ts";
import { realismSection } from "./sections/realism.ts";
import { reconstructionSection } from "./sections/reconstruction.ts";
import { steganographySection } from "./sections/steganography.ts";
import { verdictOpening } from "./sections/verdict.ts";
import { wordingOf } from "./wording/index.ts";

async function descriptorSection({ descriptors }: RunRecord): Promise<Section | undefined> {
  if (descriptors.length === 0) return undefined;
  return {
    id: "measurements",
    title: "Measured like a microscopist",
    lead: "Size, spacing, brightness and noise of the images of each source. The closer a curve follows the grey area of the real images, the better.",
    body: await descriptorCharts(descriptors),
  };
}

/**
 * The page of a run: verdict first, then the evidence, then how to repeat it. One HTML file without scripts that fetches nothing.
 *
 * The same record and pictures give the same bytes.
 *
 * @param readPicture bytes of a PNG named in the record, relative to the run folder; one that fails is shown as missing
 */
export async function renderReport(
  record: RunRecord,
  readPicture: (file: string) => Promise<Uint8Array>,
): Promise<string> {
  const gallery = await readGallery(record, readPicture);
  const sections = await Promise.all([
    comparisonSection(record, gallery),
    overlaySection(record, gallery),
    reconstructionSection(record, gallery),
    noveltySection(record, gallery),
    realismSection(record),
    auditSection(record, gallery),
    steganographySection(record, gallery),
    descriptorSection(record),
    learningSection(record),
    armsSection(record),
    trainingSection(record),
    warningsSection(record),
    dataSection(record),
    methodsSection(record),
    repeatSection(record),
  ]);
  const real = record.data.filter(({ role }) => role.startsWith("real"));
  return page({
    title: record.title,
    subtitle: [
      ...real.map(
        ({ name, images, role }) => `${name}: ${formatCounted(images, "image")} ${role.replace("real, ", "")}`,
      ),
      formatTime(record.finishedAt),
      formatDuration(record.seconds),
    ].join(" · "),
    ...(isStandIn(record) && { banner: wordingOf(record).standIn }),
    opening: await verdictOpening(record),
    sections: sections.filter((section) => section !== undefined),
    footer: `Made by fantascope ${record.fantascope}. Every number on this page stands in record.json beside it; “fantascope report” builds the page again.`,
  });
}
