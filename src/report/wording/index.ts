import type { RunRecord } from "../../recipes/record.ts";
import type { RecipeName } from "../../recipes/schemas.ts";
import { segmentWording } from "./segment.ts";
import { superResolveWording } from "./super-resolve.ts";
import type { Wording } from "./wording.ts";

export type { Wording } from "./wording.ts";

/** Words by recipe. */
const wordings: Readonly<Record<RecipeName, Wording>> = {
  segment: segmentWording,
  "super-resolve": superResolveWording,
};

/** Words for the recipe of a record. */
export function wordingOf({ recipe }: Pick<RunRecord, "recipe">): Wording {
  return (wordings as Readonly<Record<string, Wording>>)[String(recipe.recipe)] ?? segmentWording;
}
