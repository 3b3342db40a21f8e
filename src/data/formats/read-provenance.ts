import { fileBytes } from "./file-bytes.ts";
import { type FileRecord, parseFileRecord } from "./file-record.ts";
import { parseOme } from "./ome-xml.ts";
import { pngChunks, pngText } from "./png-chunks.ts";
import { imageFormat } from "./read-image.ts";
import { readTiffDescription } from "./tiff.ts";

/**
 * What Fantascope noted inside an image file: provenance and pixel size; `undefined` for files of other programs.
 *
 * @throws {@link FormatError} when the file is missing, broken or no image
 */
export async function readProvenance(path: string): Promise<FileRecord | undefined> {
  const format = await imageFormat(path);
  if (format === "png") return parseFileRecord(pngText(pngChunks(await fileBytes(path), path), "fantascope"));
  if (format !== "tiff") return undefined;
  const text = await readTiffDescription(path);
  const ome = text === undefined ? undefined : parseOme(text);
  if (!ome) return parseFileRecord(text);
  const record = parseFileRecord(ome.record);
  return record && ome.pixelSizeUm !== undefined ? { ...record, pixelSizeUm: ome.pixelSizeUm } : record;
}
