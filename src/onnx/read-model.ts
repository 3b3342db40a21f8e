import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { FormatError } from "../core/errors.ts";
import { decodeModel } from "./decode.ts";
import { externalDataIn } from "./external-data.ts";
import type { OnnxModel } from "./model.ts";

/**
 * The model in an ONNX file, with weights that it keeps in further files of the same folder.
 *
 * @throws {@link FormatError} when there is no such file, or for a reason of {@link decodeModel} or {@link externalDataIn}
 */
export async function readModel(path: string): Promise<OnnxModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError({ where: path, expected: "an ONNX file that can be read", received, cause });
  }
  return decodeModel(bytes, { where: path, externalData: externalDataIn(dirname(path)) });
}
