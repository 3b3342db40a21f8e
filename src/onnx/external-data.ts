import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep, win32 } from "node:path";
import { FormatError } from "../core/errors.ts";
import type { ExternalData } from "./decode.ts";

/** Above this a tensor is taken for a mistake, or an attack, before anything is allocated for it. */
const MAX_TENSOR_BYTES = 2 ** 31;

/**
 * Reads second files from a model's own folder, and from nowhere else.
 *
 * A location is a relative path below the folder. Paths that climb out, absolute ones, and links that lead outside are refused, so that a
 * model from a stranger cannot carry other files of this computer into its weights.
 */
export function externalDataIn(folder: string): ExternalData {
  return (reference, { bytes, where }) => {
    const { location = "" } = reference;
    const offset = byteCount(reference.offset ?? "0", "offset", where);
    const length = byteCount(reference.length ?? `${bytes}`, "length", where);
    if (length !== bytes)
      throw new FormatError({ where, expected: `${bytes} bytes for its shape`, received: `a length of ${length}` });
    if (bytes > MAX_TENSOR_BYTES)
      throw new FormatError({ where, expected: `at most ${MAX_TENSOR_BYTES} bytes`, received: `${bytes}` });
    return readInside(pathInside(folder, location, where), { offset, length, where });
  };
}

function byteCount(text: string, what: string, where: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new FormatError({
    where,
    expected: `a count of bytes as ${what}`,
    received: JSON.stringify(text.slice(0, 40)),
  });
}

/** The real path of a location, which must stay below the real path of the folder. */
function pathInside(folder: string, location: string, where: string): string {
  const refused = (received: string, cause?: unknown) =>
    new FormatError({
      where,
      expected: "weights in a file of the model's own folder",
      received,
      fix: "Put the file beside the model, or save the model in one file.",
      cause,
    });
  const shown = JSON.stringify(location.slice(0, 200));
  const isPlain = location !== "" && !/[\0\\]/.test(location) && !isAbsolute(location) && !win32.isAbsolute(location);
  if (!isPlain || /^[a-z]:/i.test(location) || location.split("/").includes(".."))
    throw refused(`the location ${shown}`);
  let path: string;
  let way: string;
  try {
    path = realpathSync(join(folder, location));
    way = relative(realpathSync(folder), path);
  } catch (cause) {
    throw refused(`${shown}, which is not there`, cause);
  }
  if (way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw refused(`${shown}, a link that leads outside`);
  return path;
}

function readInside(path: string, part: { offset: number; length: number; where: string }): Uint8Array {
  const { offset, length, where } = part;
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new FormatError({ where, expected: "a file that can be read", received: path, cause });
  }
  try {
    const info = fstatSync(file);
    const held = info.isFile() ? info.size : 0;
    if (offset + length > held)
      throw new FormatError({
        where,
        expected: `bytes ${offset} to ${offset + length} of ${path}`,
        received: info.isFile() ? `a file of ${held} bytes` : "no ordinary file",
        fix: "Check that the file of weights is complete and belongs to this model.",
      });
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(file, bytes, done, length - done, offset + done);
      if (count === 0) throw new FormatError({ where, expected: `${length} bytes`, received: `${done}` });
      done += count;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
