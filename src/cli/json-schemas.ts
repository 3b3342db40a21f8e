import { z } from "zod";
import { RunRecord } from "../recipes/record.ts";
import { recipeSchemas } from "../recipes/schemas.ts";

/**
 * JSON schemas of what people write (a recipe, defaults left out) and of what programs read (a record), made from the schemas that the
 * program itself checks with.
 *
 * Kept as `docs/recipe.schema.json` and `docs/record.schema.json`; after a change, `npx vitest run test/cli/json-schemas.test.ts -u` writes
 * them anew.
 */
export function jsonSchemas(): { readonly recipe: object; readonly record: object } {
  return {
    recipe: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Recipe of a fantascope run",
      oneOf: Object.values(recipeSchemas).map((schema) => {
        const { $schema, ...fields } = z.toJSONSchema(schema, { io: "input", override });
        return fields;
      }),
    },
    record: { title: "record.json of a fantascope run", ...z.toJSONSchema(RunRecord, { override }) },
  };
}

/** Leaves out the bounds that every whole number in JavaScript has: they tell a reader nothing. */
function override({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
