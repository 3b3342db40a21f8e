import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError, FormatError } from "../../core/errors.ts";
import { RunRecord } from "../../recipes/record.ts";
import { parseJson } from "./parse-json.ts";

/**
 * Record of a finished run.
 *
 * @throws {@link DataError} when the folder holds no finished run
 * @throws {@link FormatError} when its record is damaged, or of another version
 */
export async function readRecord(folder: string): Promise<RunRecord> {
  const file = join(folder, "record.json");
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new DataError({
      where: folder,
      expected: "the folder of a finished run, with record.json in it",
      received: cause.code === "ENOENT" || cause.code === "ENOTDIR" ? "none" : cause.message,
      fix: "Name the folder that fantascope run wrote to; if the run was interrupted, the same command finishes it.",
      cause,
    });
  });
  const parsed = RunRecord.safeParse(parseJson(text, file));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`);
  throw new FormatError({
    where: file,
    expected: "a record as docs/record.schema.json describes it",
    received: issues.join("; "),
    fix: "Was it made by another version of fantascope? Run the recipe again, or use that version.",
    cause: parsed.error,
  });
}
