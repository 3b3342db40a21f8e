import { FantascopeError } from "../../core/errors.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { FolderDataset } from "../../data/folder-dataset.ts";
import type { CheckFinding } from "../../report/check-page.ts";

/** Ratios of two grids that super-resolution works with. */
const SCALES: readonly number[] = [1, 2, 4];

/**
 * What there is to say about images that have a sharp partner: both must show the same field, on grids of a whole ratio that all pairs share.
 *
 * @returns nothing for a folder without pairs
 */
export async function pairFindings(
  dataset: FolderDataset,
  { signal }: WorkOptions = {},
): Promise<{ readonly findings: readonly CheckFinding[]; readonly summary: readonly string[] }> {
  const findings: CheckFinding[] = [];
  const scales = new Map<number, number>();
  for (const [index, { partner }] of dataset.listing.images.entries()) {
    if (!partner) continue;
    stopIfCancelled(signal, "check pairs");
    const item = await dataset.get(index).catch((error: unknown) => {
      if (error instanceof FantascopeError) return undefined; // is among the findings
      throw error;
    });
    const high = item?.annotations.partner;
    if (!item || !high) continue;
    const { width, height } = item.image;
    const scale = high.width / width;
    if (Number.isInteger(scale) && high.height / height === scale) scales.set(scale, (scales.get(scale) ?? 0) + 1);
    else
      findings.push({
        severity: "error",
        where: item.name,
        message: `The sharp image is ${high.width} x ${high.height}, no whole multiple of ${width} x ${height}.`,
        fix: "Crop or resample one of them, so that both show the same field.",
      });
  }
  const kinds = [...scales].sort(([a], [b]) => a - b);
  if (kinds.length > 1)
    findings.push({
      severity: "error",
      where: "all pairs",
      message: `Ratios of the two grids differ: ${kinds.map(([scale, count]) => `${scale} (${count} pairs)`).join(", ")}.`,
      fix: "Keep pairs of one ratio in a folder.",
    });
  for (const [scale] of kinds)
    if (!SCALES.includes(scale))
      findings.push({
        severity: "warning",
        where: "all pairs",
        message: `Sharp images have ${scale} times the pixels of poor ones along each axis.`,
        fix: `Super-resolution works with ${SCALES.join(", ")}; resample one of them.`,
      });
  const summary = kinds.map(
    ([scale, count]) =>
      `${count} ${count === 1 ? "pair" : "pairs"} of a poor and a sharp image, ${scale === 1 ? "on one grid" : `the sharp one with ${scale} times the pixels along each axis`} (scale: ${scale} in the recipe super-resolve).`,
  );
  return { findings, summary };
}
