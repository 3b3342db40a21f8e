import { readFile } from "node:fs/promises";
import { FormatError } from "../core/errors.ts";
import type { RunFolder } from "./run-folder.ts";

/**
 * What a run settled before its work, of its `inputs.json`. Its content is taken as it is.
 *
 * @throws {@link FormatError} when the file is missing or no JSON
 */
export async function storedInputs<Inputs>(folder: RunFolder): Promise<Inputs> {
  const file = folder.file("inputs.json");
  const wrong = (received: string, fix: string, cause: unknown) =>
    new FormatError({ where: file, expected: "JSON with what the run settled before its work", received, fix, cause });
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const received = cause.code === "ENOENT" ? "no such file" : cause.message;
    throw wrong(received, "Was it moved or deleted? Put it back, or name another run.", cause);
  });
  try {
    return JSON.parse(text) as Inputs;
  } catch (cause) {
    throw wrong((cause as Error).message, "The file is damaged: put a copy back, or name another run.", cause);
  }
}
