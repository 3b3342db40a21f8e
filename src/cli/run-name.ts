import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { BaseRecipe } from "../recipes/base-recipe.ts";

/** Names that say nothing of what lies in a folder. */
const GENERIC = /^(train|training|test|images?|data|real)$/i;

/**
 * Folder of a run that was not told where to go: `runs/RECIPE-NAME-HASH`. The same recipe always gives the same folder, so that the same
 * command continues an interrupted run; another recipe gives another one.
 *
 * @param options.file recipe file that names the run; otherwise its real images do
 */
export function runName(recipe: BaseRecipe, { file }: { file?: string } = {}): string {
  const hash = createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 6);
  const name = file ? basename(file).replace(/\.[^.]*$/, "") : recipe.real ? folderName(recipe.real) : "stand-in";
  const parts = name === recipe.recipe ? [name, hash] : [recipe.recipe, name, hash];
  return join("runs", parts.map((part) => part.replace(/[^\p{L}\p{N}._-]+/gu, "-")).join("-"));
}

function folderName(path: string): string {
  const name = basename(path);
  const parent = basename(dirname(path));
  return GENERIC.test(name) && parent !== "" ? `${parent}-${name}` : name;
}
