import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { z } from "zod";
import { RecipeError } from "../core/errors.ts";
import { type Recipe, type RecipeName, type RecipeOf, recipeSchemas } from "./schemas.ts";

/**
 * Recipe with every default filled in, from plain data.
 *
 * @throws {@link RecipeError} naming every field that is unknown, missing or out of range, with its path
 */
export function resolveRecipe<Name extends RecipeName>(
  data: { readonly recipe: Name; readonly [field: string]: unknown },
  where?: string,
): RecipeOf<Name>;
export function resolveRecipe(data: unknown, where?: string): Recipe;
export function resolveRecipe(data: unknown, where = "recipe"): Recipe {
  const kind = (data as { recipe?: unknown } | null)?.recipe;
  const schema = recipeSchemas[kind as RecipeName];
  if (!schema)
    throw new RecipeError({
      where: `${where}.recipe`,
      expected: `one of ${Object.keys(recipeSchemas).join(", ")}`,
      received: kind === undefined ? "nothing" : JSON.stringify(kind),
      fix: "Write `recipe: segment` as the first line.",
    });
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw recipeError(where, parsed.error.issues);
  return parsed.data;
}

/** Recipe of a YAML file. */
export async function readRecipe(file: string): Promise<Recipe> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new RecipeError({
      where: file,
      expected: "a readable recipe file",
      received: String((cause as Error).message),
      cause,
    });
  });
  try {
    return resolveRecipe(parse(text), file);
  } catch (cause) {
    if (cause instanceof RecipeError) throw cause;
    throw new RecipeError({
      where: file,
      expected: "YAML",
      received: (cause as Error).message.split("\n")[0]!,
      fix: "Compare it with the example in README.md.",
      cause,
    });
  }
}

/** One error for all issues: people mend a file in one go. */
function recipeError(where: string, issues: z.core.$ZodIssue[]): RecipeError {
  const told = issues.map((issue) => {
    const path = [where, ...issue.path].join(".");
    return issue.code === "unrecognized_keys"
      ? `${path}: unknown field ${issue.keys.map((key) => `"${key}"`).join(", ")}`
      : `${path}: ${issue.message}`;
  });
  return new RecipeError({
    where,
    expected: "fields and values as docs/recipes.md lists them",
    received: told.join("; "),
    fix: "Correct or remove these fields.",
  });
}
