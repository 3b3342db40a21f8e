import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** SHA-256 of the bytes of a file, such as the weights of a generator, by which the provenance of its images names it. */
export async function fileHash(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}
