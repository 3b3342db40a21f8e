import { FormatError } from "../../core/errors.ts";

/** Value of a JSON text. @throws {@link FormatError} naming the file */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError({
      where: file,
      expected: "JSON",
      received: (cause as Error).message,
      fix: "The file is damaged or of another kind: make it again, or name another one.",
      cause,
    });
  }
}
