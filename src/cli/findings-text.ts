import type { CheckFinding } from "../report/check-page.ts";
import type { CheckedFolder } from "./stages/check-folder.ts";

const HEADINGS: readonly (readonly [severity: CheckFinding["severity"], heading: string])[] = [
  ["error", "Must be mended"],
  ["warning", "Suspicious"],
  ["note", "Worth knowing"],
];

/** Findings of one kind that are printed; the page has all. */
const MOST = 20;

/** What a check found, in plain words: what is there, then the findings, the worst first. */
export function findingsText({ findings, summary }: Pick<CheckedFolder, "findings" | "summary">): string {
  const parts = HEADINGS.flatMap(([severity, heading]) => {
    const found = findings.filter((finding) => finding.severity === severity);
    if (found.length === 0) return [];
    const shown = found
      .slice(0, MOST)
      .flatMap(({ where, message, fix }) => [`  ${where}: ${message}`, ...(fix ? [`    ${fix}`] : [])]);
    const more = found.length > MOST ? [`  … and ${found.length - MOST} more; the preview page has them all.`] : [];
    return [`${heading} (${found.length})`, ...shown, ...more, ""];
  });
  const conclusion = findings.length === 0 ? ["Nothing suspicious was found.", ""] : [];
  return [...summary, "", ...parts, ...conclusion, ""].join("\n").replace(/\n\n\n$/, "\n\n");
}
