import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What `claimFolder` noted in a folder; nothing where it noted nothing that can be read. */
export async function readClaim(folder: string, name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readFile(join(folder, `.${name}.json`), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined; // the claim itself will refuse such a folder
  }
}
