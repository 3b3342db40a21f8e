import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OutputError } from "../../core/errors.ts";
import { outputError, writeFileAtomically } from "../../data/formats/index.ts";
import { zip } from "../../engine/package/zip.ts";

/**
 * Writes the files of a package into a folder, and beside it as one zip. Each appears whole or not at all. A folder that holds this very
 * package already is left as it is.
 *
 * @param out the folder; new or empty
 * @returns path of the zip
 * @throws {@link OutputError} when folder or zip hold something else, or cannot be written
 */
export async function writePackage(out: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const folder = resolve(out);
  const archive = `${folder}.zip`;
  const bytes = zip(files);
  const isZipped = await holds(archive, bytes);
  if (!(await holdsAll(folder, files))) await writeFolder(folder, files);
  if (!isZipped) await writeFileAtomically(archive, bytes);
  return archive;
}

/** Fills a folder beside the place, then gives it its name. */
async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  let temporary: string | undefined;
  try {
    await mkdir(dirname(folder), { recursive: true });
    temporary = await mkdtemp(join(dirname(folder), `.${basename(folder)}.`));
    const filled = join(temporary, "package"); // mkdtemp lets nobody else read, and a package is to be read
    for (const [name, bytes] of files) await writeFileAtomically(join(filled, name), bytes);
    await rmdir(folder).catch(() => {}); // an empty one makes room; anything else was refused before
    await rename(filled, folder);
  } catch (cause) {
    throw outputError(folder, cause);
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether a folder holds exactly these files already; false when it is new or empty. */
async function holdsAll(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return [];
    throw outputError(folder, cause);
  });
  if (names.length === 0) return false;
  const other = names.find((name) => !files.has(name));
  if (other !== undefined) throw occupied(folder, `one that holds ${other}`);
  for (const [name, bytes] of files)
    if (!(await holds(join(folder, name), bytes))) throw occupied(folder, `a part of it, without ${name}`);
  return true;
}

/** Whether a file has these bytes; false when there is none. @throws {@link OutputError} when it has others */
async function holds(file: string, bytes: Uint8Array): Promise<boolean> {
  const there = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw outputError(file, cause);
  });
  if (there !== undefined && !there.equals(bytes)) throw occupied(file, "another package");
  return there !== undefined;
}

function occupied(where: string, received: string): OutputError {
  return new OutputError({
    where,
    expected: "a new or empty folder, or this very package",
    received,
    fix: "Choose another folder with --out, or move the old package away.",
  });
}
