import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { writeFileAtomically } from "../../data/formats/index.ts";
import { renderReport } from "../../report/report.ts";
import { readRecord } from "./read-record.ts";

/**
 * Writes `report.html` of a run folder from its `record.json` and pictures alone.
 *
 * @returns path of the page
 * @throws {@link DataError} when the folder holds no finished run
 * @throws {@link FormatError} when its record is damaged, or of another version
 * @throws {@link OutputError} when the page cannot be written
 */
export async function writeReport(folder: string): Promise<string> {
  const record = await readRecord(folder);
  const html = await renderReport(record, async (file) => readFile(inside(folder, file)));
  const page = join(folder, "report.html");
  await writeFileAtomically(page, html);
  return page;
}

/** Path of a picture; one that leads out of the run folder is no picture of the run, and is shown as missing. */
function inside(folder: string, file: string): string {
  const path = resolve(folder, file);
  if (relative(resolve(folder), path).startsWith("..")) throw new Error(`${file} is not in the run folder`);
  return path;
}
