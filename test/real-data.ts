import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

let told = false;

/**
 * Folder of a set of real images under `FANTASCOPE_DATA`, or `null` when there is none; why is printed once per test file.
 *
 * @example
 * const nuclei = realData("dsb2018-fluorescence-nuclei");
 * test.skipIf(nuclei === null)("segments real nuclei", async () => { … });
 */
export function realData(set: string): string | null {
  const root = process.env.FANTASCOPE_DATA;
  const folder = root && join(resolve(root), set);
  if (folder && existsSync(folder)) return folder;
  if (!told)
    console.warn(
      folder
        ? `Tests on real images are skipped: ${folder} does not exist.`
        : "Tests on real images are skipped: FANTASCOPE_DATA is unset (set it to the folder that holds the image sets).",
    );
  told = true;
  return null;
}
