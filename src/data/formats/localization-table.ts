import { open } from "node:fs/promises";
import { ShapeError } from "../../core/errors.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { writeAtomically } from "./atomic-write.ts";
import { inputError } from "./file-bytes.ts";
import { type LocalizationColumn, type LocalizationTable, localizationColumns } from "./localization-columns.ts";
import { localizationParser } from "./localization-parser.ts";

/** Bytes read, and rows written, at a time. */
const PIECE_BYTES = 1 << 20;
const PIECE_ROWS = 20_000;

/**
 * Localisation table from text: ThunderSTORM's and ShareLoc's CSV (`"frame","x [nm]",…`) and plain ones (`frame,x_nm,y_nm`).
 *
 * Columns are known by their names, in any order; units come from the header. What we have no use for is skipped.
 *
 * @param options.pixelSizeUm size of a camera pixel, for files in pixels
 * @throws {@link FormatError} with the line, when a row or the header is wrong
 */
export async function readLocalizations(
  path: string,
  { signal, onProgress, ...options }: { readonly pixelSizeUm?: number } & WorkOptions = {},
): Promise<LocalizationTable> {
  const file = await open(path, "r").catch((cause) => {
    throw inputError(path, cause);
  });
  try {
    const { size } = await file.stat();
    const parser = localizationParser(path, options);
    const buffer = Buffer.alloc(PIECE_BYTES);
    for (let done = 0; ; ) {
      stopIfCancelled(signal, path);
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, done);
      if (bytesRead === 0) break;
      parser.push(buffer.subarray(0, bytesRead));
      done += bytesRead;
      onProgress?.({ stage: "read localizations", done, total: size });
    }
    return parser.finish();
  } catch (cause) {
    throw inputError(path, cause);
  } finally {
    await file.close();
  }
}

/** Number as text, to a hundred-thousandth. */
const written = (value: number) => (Number.isFinite(value) ? String(Math.round(value * 1e5) / 1e5) : "NaN");

/**
 * Writes a localisation table as CSV; whole or not at all. Numbers keep five decimals.
 *
 * @param options.style `"thunderstorm"` has quoted headers with units (`"x [nm]"`) and a column `"id"`; `"plain"` has `x_nm`
 * @throws {@link ShapeError} when a column has another number of entries
 * @throws {@link OutputError} when the file cannot be written
 */
export async function writeLocalizations(
  path: string,
  table: LocalizationTable,
  { style = "thunderstorm" }: { readonly style?: "thunderstorm" | "plain" } = {},
): Promise<void> {
  const names = (Object.keys(localizationColumns) as LocalizationColumn[]).filter((name) => table[name] !== undefined);
  const columns = names.map((name) => table[name]!);
  names.forEach((name, i) => {
    if (columns[i]!.length !== table.count)
      throw new ShapeError({
        where: `localization table, column ${name}`,
        expected: `${table.count} entries`,
        received: `${columns[i]!.length}`,
      });
  });
  const isPlain = style === "plain";
  const headers = names.map((name) => {
    const { header } = localizationColumns[name];
    return isPlain ? header.replace(/ \[(.*)\]/, "_$1") : `"${header}"`;
  });
  await writeAtomically(path, async (file) => {
    await file.writeFile(`${[...(isPlain ? [] : ['"id"']), ...headers].join(",")}\n`);
    for (let first = 0; first < table.count; first += PIECE_ROWS) {
      let text = "";
      for (let row = first; row < Math.min(table.count, first + PIECE_ROWS); row++) {
        const values = columns.map((column) => written(column[row]!));
        text += `${isPlain ? "" : `${row + 1},`}${values.join(",")}\n`;
      }
      await file.writeFile(text);
    }
  });
}
