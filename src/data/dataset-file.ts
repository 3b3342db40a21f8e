/**
 * `dataset.json`: a folder's own description of itself, which wins over every convention of names.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../core/errors.ts";

/** The file's name. */
export const datasetFileName = "dataset.json";

const provenance = z.union([
  z.strictObject({ origin: z.literal("real"), source: z.string() }),
  z.strictObject({
    origin: z.literal("synthetic"),
    method: z.string(),
    seed: z.number(),
    index: z.number(),
    generator: z.string().optional(),
    learnedFrom: z.string().optional(),
    settings: z.record(z.string(), z.unknown()).optional(),
  }),
]);

const imageEntry = z.strictObject({
  /** Image file, relative to the folder. */
  file: z.string().min(1),
  /** Default: the file's name without its ending. */
  name: z.string().min(1).optional(),
  /** Label map, or a folder with one mask per object, or these masks one by one; relative to the folder. */
  labels: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
  /** Images of one group never part in a split. Default: the name. */
  group: z.string().min(1).optional(),
  pixelSizeUm: z.number().positive().optional(),
  boxes: z
    .array(
      z.strictObject({
        x0: z.number(),
        y0: z.number(),
        x1: z.number(),
        y1: z.number(),
        category: z.string().optional(),
      }),
    )
    .optional(),
  points: z.array(z.strictObject({ x: z.number(), y: z.number() })).optional(),
  count: z.number().int().nonnegative().optional(),
  /** Clean or high-resolution image of the same field. */
  partner: z.string().min(1).optional(),
  provenance: provenance.optional(),
  /** Content hash of the item when it was written. */
  sha256: z.string().optional(),
  /** Fingerprint of the work that made it; see `DeferredItem`. */
  key: z.string().optional(),
});

const datasetFile = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string().min(1),
  /** Content hash of the dataset when it was written. */
  sha256: z.string().optional(),
  images: z.array(imageEntry).min(1),
});

/** What `dataset.json` says of one image. */
export type DatasetFileImage = z.infer<typeof imageEntry>;

/** What `dataset.json` holds. */
export type DatasetFile = z.infer<typeof datasetFile>;

/** One line of a journal or list as an image entry, if it is one. */
export function parseDatasetFileImage(text: string): DatasetFileImage | undefined {
  try {
    return imageEntry.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * A folder's `dataset.json`; `undefined` when it has none.
 *
 * @throws {@link DataError} when the file is not valid; the message names every place that is wrong
 */
export async function readDatasetFile(folder: string): Promise<DatasetFile | undefined> {
  const path = join(folder, datasetFileName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new DataError({ where: path, expected: "a readable file", received: (cause as Error).message, cause });
  }
  const wrong = (received: string, cause?: unknown) =>
    new DataError({
      where: path,
      expected: 'JSON such as { "schemaVersion": 1, "name": "my cells", "images": [{ "file": "images/a.tif" }] }',
      received,
      fix: "Mend the file, or remove it to have the folder understood by its names.",
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong((cause as Error).message, cause);
  }
  const parsed = datasetFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path: place, message }) => `${place.join(".") || "the file"}: ${message}`);
  throw wrong(issues.slice(0, 5).join("; "), parsed.error);
}
