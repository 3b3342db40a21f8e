import type { RecipeKind } from "./recipe-kind.ts";
import { segmentKind } from "./segment/kind.ts";
import { superResolveKind } from "./super-resolve/kind.ts";

/** Recipes by name. */
export const recipeKinds: Readonly<Record<string, RecipeKind>> = {
  segment: segmentKind,
  "super-resolve": superResolveKind,
};

/** Kind of a recipe that was resolved. */
export function kindOf({ recipe }: { readonly recipe: string }): RecipeKind {
  return recipeKinds[recipe]!;
}
