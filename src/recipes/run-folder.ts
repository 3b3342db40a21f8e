import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { OutputError } from "../core/errors.ts";
import { outputError, writeFileAtomically } from "../data/formats/index.ts";
import type { BaseRecipe } from "./base-recipe.ts";

/**
 * The folder of one run: `recipe.yaml`, `record.json`, `events.jsonl`, `checkpoints/`, `synthetic/`, `models/`, `pictures/`,
 * `report.html`. The folder is the result, and the place from which an interrupted run continues.
 */
export interface RunFolder {
  readonly path: string;
  /** Path of a file of the run. */
  file(...parts: string[]): string;
  readJson<T>(...parts: string[]): Promise<T | undefined>;
  /** Writes JSON whole or not at all. */
  writeJson(value: unknown, ...parts: string[]): Promise<void>;
  /** Adds a line to `events.jsonl`. */
  log(event: RunEvent): Promise<void>;
  readEvents(): Promise<(RunEvent & { readonly at: string })[]>;
}

/** A line of `events.jsonl`: what happened, and whatever belongs to it. */
export interface RunEvent {
  readonly event: "start" | "continue" | "job" | "stop" | "failed";
  readonly [detail: string]: unknown;
}

/** Handle on a run folder that exists. */
export function runFolder(path: string): RunFolder {
  const file = (...parts: string[]) => join(path, ...parts);
  return {
    path,
    file,
    async readJson(...parts) {
      const text = await readFile(file(...parts), "utf8").catch(() => undefined);
      return text === undefined ? undefined : JSON.parse(text);
    },
    writeJson: (value, ...parts) => writeFileAtomically(file(...parts), `${JSON.stringify(value, null, 2)}\n`),
    log: (event) => appendFile(file("events.jsonl"), `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`),
    async readEvents() {
      const text = await readFile(file("events.jsonl"), "utf8").catch(() => "");
      return text.split("\n").flatMap((line) => (line.endsWith("}") ? [JSON.parse(line)] : []));
    },
  };
}

/** What the folder of an ordinary run holds. */
const PARTS = ["checkpoints", "synthetic", "models", "pictures"];

/**
 * Makes the folder of a run with these folders in it, or opens it to continue.
 *
 * @throws {@link OutputError} when the folder cannot be written, holds something else, or holds a run of another recipe
 */
export async function openRunFolder(path: string, recipe: BaseRecipe, parts = PARTS): Promise<RunFolder> {
  const folder = runFolder(resolve(path));
  const existing = await readFile(folder.file("recipe.yaml"), "utf8").catch(() => undefined);
  if (existing !== undefined) {
    refuseOtherRecipe(folder.path, parse(existing), recipe);
    return folder;
  }
  try {
    await mkdir(folder.path, { recursive: true });
    const entries = await readdir(folder.path);
    if (entries.length > 0)
      throw new OutputError({
        where: folder.path,
        expected: "a new or empty folder, or the folder of an earlier run",
        received: `a folder that holds ${entries[0]}${entries.length > 1 ? ` and ${entries.length - 1} more` : ""}`,
        fix: "Choose another folder with --out.",
      });
    for (const part of parts) await mkdir(folder.file(part));
    await writeFileAtomically(folder.file("recipe.yaml"), stringify(recipe));
  } catch (cause) {
    throw outputError(folder.path, cause);
  }
  return folder;
}

function refuseOtherRecipe(path: string, there: unknown, wanted: BaseRecipe): void {
  const differing = Object.keys({ ...(there as object), ...wanted }).filter(
    (key) =>
      JSON.stringify((there as Record<string, unknown>)[key]) !== JSON.stringify(wanted[key as keyof BaseRecipe]),
  );
  if (differing.length > 0)
    throw new OutputError({
      where: path,
      expected: "the folder of a run with this very recipe",
      received: `a run whose ${differing.join(", ")} ${differing.length > 1 ? "differ" : "differs"}`,
      fix: "Choose another folder with --out, or repeat the earlier settings to continue that run.",
    });
}
