import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OutputError } from "../../core/errors.ts";
import { writeFileAtomically } from "../../data/formats/index.ts";

/**
 * Makes sure that a folder may be filled by some work: it is new, empty, or was claimed by the same work before, which then continues.
 *
 * The claim is a hidden file `.NAME.json` in the folder, written before anything else, that says what the folder holds.
 *
 * @param work settings that decide the result, as plain data
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function claimFolder(
  folder: string,
  name: string,
  work: Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = join(folder, `.${name}.json`);
  const claim = `${JSON.stringify(work, null, 2)}\n`;
  const entries = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return [];
    const received = cause.code === "ENOTDIR" ? "a file" : cause.message;
    throw new OutputError({
      where: folder,
      expected: "a folder to write to",
      received,
      fix: "Choose another folder with --out.",
      cause,
    });
  });
  const there = await readFile(file, "utf8").catch(() => undefined);
  if (there === claim) return;
  if (there !== undefined)
    throw new OutputError({
      where: folder,
      expected: "a new folder, or one that the same command began to fill",
      received: `one that ${name} filled with other settings`,
      fix: "Choose another folder with --out, or repeat the earlier settings to continue there.",
    });
  if (entries.length > 0)
    throw new OutputError({
      where: folder,
      expected: "a new or empty folder",
      received: `one that holds ${entries[0]}${entries.length > 1 ? ` and ${entries.length - 1} more` : ""}`,
      fix: "Choose another folder with --out.",
    });
  await writeFileAtomically(file, claim);
}
