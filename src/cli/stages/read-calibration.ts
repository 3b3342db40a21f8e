import { readFile } from "node:fs/promises";
import { FormatError } from "../../core/errors.ts";
import { checkSettings, type MicroscopeSettings } from "../../microscope/settings.ts";
import { parseJson } from "./parse-json.ts";

/** A calibrated simulator as a file keeps it. */
export interface StoredCalibration {
  readonly settings: MicroscopeSettings;
  /** Content hash of the images that it was calibrated on, when it is known. */
  readonly learnedFrom?: string;
}

/**
 * Calibration of a `calibration.json`, or of the `inputs.json` of a run.
 *
 * @throws {@link FormatError} when the file is missing, or no calibration
 * @throws {@link UnitError} for settings that no microscope can have, naming the path of the first
 */
export async function readCalibration(file: string): Promise<StoredCalibration> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new FormatError({
      where: file,
      expected: "a calibration file",
      received: cause.code === "ENOENT" ? "no such file" : cause.message,
      fix: "Make one with fantascope calibrate --real DIR, or name inputs.json of a run.",
      cause,
    });
  });
  const content = parseJson(text, file) as { calibration?: unknown; settings?: unknown } | null;
  const calibration = (content?.calibration ?? content) as Partial<StoredCalibration> | null;
  const wrong = (received: string, cause?: unknown) =>
    new FormatError({
      where: file,
      expected: "a calibration with settings of at least one field of view",
      received,
      fix: "Make one with fantascope calibrate --real DIR.",
      cause,
    });
  if (!Array.isArray(calibration?.settings?.fields)) throw wrong("a file without settings.fields");
  try {
    checkSettings(calibration.settings, file);
  } catch (cause) {
    if (cause instanceof TypeError) throw wrong("a field of view that lacks a part", cause);
    throw cause;
  }
  return {
    settings: calibration.settings,
    ...(calibration.learnedFrom ? { learnedFrom: calibration.learnedFrom } : {}),
  };
}
