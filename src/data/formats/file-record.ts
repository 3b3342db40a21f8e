/**
 * What Fantascope writes inside every image file it makes, as one line of JSON in plain ASCII:
 * in PNG a `tEXt` chunk named `fantascope`, in TIFF the ImageDescription, in OME-TIFF an annotation of namespace `fantascope`.
 */
import type { Provenance } from "../dataset.ts";

/** Facts about an image that pixels alone do not tell. */
export interface FileRecord {
  /** Where the image came from. */
  readonly provenance?: Provenance;
  /** Edge of a pixel in the specimen plane. */
  readonly pixelSizeUm?: number;
}

const notice = "Synthetic image made by Fantascope. It is not a measurement.";

/** The record as one line of ASCII; a synthetic image says so first and in words. */
export function formatFileRecord({ provenance, pixelSizeUm }: FileRecord): string {
  const isSynthetic = provenance?.origin === "synthetic";
  const record = { ...(isSynthetic ? { synthetic: true, notice } : {}), provenance, pixelSizeUm };
  return JSON.stringify({ fantascope: record }).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The record in a text, if there is one; text of other programs is none of ours. */
export function parseFileRecord(text: string | undefined): FileRecord | undefined {
  if (!text?.startsWith('{"fantascope"')) return undefined;
  try {
    const { provenance, pixelSizeUm } = JSON.parse(text).fantascope;
    return {
      ...(provenance ? { provenance } : {}),
      ...(typeof pixelSizeUm === "number" ? { pixelSizeUm } : {}),
    };
  } catch {
    return undefined;
  }
}
