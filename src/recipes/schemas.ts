import type { z } from "zod";
import { SegmentRecipe } from "./segment/recipe.ts";
import { SuperResolveRecipe } from "./super-resolve/recipe.ts";

/** Fields of every recipe, by its name. */
export const recipeSchemas = { segment: SegmentRecipe, "super-resolve": SuperResolveRecipe } as const;

export type RecipeName = keyof typeof recipeSchemas;

/** A recipe of this name with every default filled in. */
export type RecipeOf<Name extends RecipeName> = z.infer<(typeof recipeSchemas)[Name]>;

/** Any recipe with every default filled in. */
export type Recipe = RecipeOf<RecipeName>;
