import type { DescriptorRecord } from "../recipes/record.ts";
import { facts } from "./elements.ts";
import { formatCounted } from "./format.ts";
import { type Html, html } from "./html.ts";
import { page, type Section } from "./page.ts";
import { type EmbeddedPicture, pictures } from "./picture.ts";
import { descriptorCharts } from "./sections/descriptors.ts";

/** What a calibration found. */
export interface CalibrationReport {
  /** Name of the folder of real images. */
  readonly name?: string;
  readonly descriptors: readonly DescriptorRecord[];
  /** Real and simulated images side by side. */
  readonly pictures: readonly EmbeddedPicture[];
  /** Fitted settings with their units, as they should be read: `["PSF sigma", "1.3 px"]`. */
  readonly settings?: readonly (readonly [name: string, value: string])[];
}

/** Distance of the simulated images to real in one descriptor, in standard deviations of real. */
function simulatedDistance({ distances }: DescriptorRecord): number | undefined {
  return Object.entries(distances).find(([source]) => /^simulated/i.test(source))?.[1];
}

/** How far simulated and real images are apart: the mean over all descriptors, and the descriptor that differs most. */
function discrepancy(descriptors: readonly DescriptorRecord[]): Html {
  const known = descriptors.flatMap((descriptor) => {
    const distance = simulatedDistance(descriptor);
    return distance === undefined ? [] : [{ name: descriptor.name, distance }];
  });
  const [worst] = known.toSorted((a, b) => b.distance - a.distance);
  if (!worst) return html``;
  const mean = known.reduce((sum, { distance }) => sum + distance, 0) / known.length;
  return html`<div class="verdict tone-same">
<h2 class="verdict-sentence">Simulated images differ from real ones by ${mean.toFixed(2)} standard deviations on average over all descriptors.</h2>
<p class="soft">Furthest apart: ${worst.name} (${worst.distance.toFixed(2)}).</p></div>`;
}

/** Page of `fantascope calibrate`: simulated beside real images, with the descriptors of both and the fitted settings. */
export async function renderCalibrationPage({
  name,
  descriptors,
  pictures: list,
  settings = [],
}: CalibrationReport): Promise<string> {
  const sections: Section[] = [
    {
      id: "images",
      title: "Real beside simulated",
      lead: "Compare sizes, spacing, sharpness, background and grain. Click a picture to enlarge it.",
      body: pictures(list, { sideBySide: true }),
    },
    {
      id: "measurements",
      title: "Measured like a microscopist",
      lead: "The closer a curve follows the grey area of the real images, the better the calibration.",
      body: await descriptorCharts(descriptors),
    },
  ];
  if (settings.length > 0) sections.push({ id: "settings", title: "Fitted settings", body: facts(settings) });
  return page({
    title: name ? `Calibration on ${name}` : "Calibration",
    subtitle: `${formatCounted(descriptors.length, "descriptor")} compared`,
    opening: discrepancy(descriptors),
    sections: sections.filter(({ id }) => id !== "images" || list.length > 0),
    footer: "Made by fantascope calibrate. The simulated images show no specimen.",
  });
}
