/**
 * Files that appear whole or not at all: written under a temporary name in the same folder, flushed, then renamed.
 */
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FantascopeError, OutputError } from "../../core/errors.ts";

/** What the operating system's error codes mean to the person who must act. */
const advice: Readonly<Record<string, { received: string; fix: string }>> = {
  EACCES: { received: "permission denied", fix: "Choose a folder you may write to, or change its permissions." },
  EPERM: { received: "permission denied", fix: "Choose a folder you may write to, or change its permissions." },
  EROFS: { received: "a read-only file system", fix: "Choose a folder on a disk that can be written." },
  ENOSPC: { received: "a full disk", fix: "Free some space or choose another disk, then run the same command again." },
  EDQUOT: { received: "an exhausted disk quota", fix: "Free some space or choose another disk, then run again." },
  EFBIG: { received: "a file too large for this file system", fix: "Choose another disk." },
  ENOTDIR: {
    received: "a file where a folder is needed",
    fix: "Choose another output folder, or move that file away.",
  },
  EEXIST: { received: "a file where a folder is needed", fix: "Choose another output folder, or move that file away." },
  EISDIR: { received: "a folder of that name", fix: "Choose another file name, or move that folder away." },
};

/** The error for a path that could not be written; errors that already explain themselves pass unchanged. */
export function outputError(path: string, cause: unknown): FantascopeError {
  if (cause instanceof FantascopeError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const known = advice[code ?? ""] ?? { received: message, fix: "Check the folder and try again." };
  return new OutputError({ where: path, expected: "to write this file", ...known, cause });
}

let written = 0;

/**
 * File that `write` fills through the handle it is given; nothing appears under the name before all of it is on the disk.
 * Missing folders are made.
 *
 * @throws {@link OutputError} when the folder cannot be written or the disk is full; no half-written file stays behind
 */
export async function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${written++}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx");
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw outputError(path, cause);
  }
}

/**
 * File with this content, whole or not at all.
 *
 * @throws {@link OutputError} as {@link writeAtomically}
 */
export function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  return writeAtomically(path, (file) => file.writeFile(content));
}
