import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { jsonSchemas } from "../../src/cli/json-schemas.ts";
import { recipeSchemas } from "../../src/recipes/schemas.ts";

/** What a JSON schema says of one value. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Fields of a recipe by path, as a row of the table should have them. */
function fields(
  { properties = {}, required = [] }: Schema,
  prefix = "",
): [path: string, values: string, initial: string][] {
  return Object.entries(properties).flatMap(([name, schema]): [string, string, string][] => {
    if (schema.properties) return fields(schema, `${prefix}${name}.`);
    return [[prefix + name, values(schema), required.includes(name) ? "required" : initial(schema)]];
  });
}

function values({ type, const: only, enum: choices, minimum, maximum, exclusiveMinimum, items }: Schema): string {
  const list = only === undefined ? choices : [only];
  if (list)
    return list
      .map((value) => `\`${value}\``)
      .sort()
      .join(", ");
  const kinds: Record<string, string> = {
    string: "text",
    boolean: "`true`, `false`",
    integer: "whole number",
    number: "number",
  };
  if (type === "array") return `list of ${values(items!).replace("number", "numbers")}`;
  const bounds = [
    exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`],
    minimum === undefined ? [] : [`≥ ${minimum}`],
    maximum === undefined ? [] : [`≤ ${maximum}`],
  ].flat();
  return [kinds[type!], ...bounds].join(", ");
}

function initial({ default: value }: Schema): string {
  if (value === undefined) return "left out";
  return [value]
    .flat()
    .map((each) => `\`${each}\``)
    .join(", ");
}

const page = readFileSync(new URL("../../docs/recipes.md", import.meta.url), "utf8");
/** Rows of the tables of one recipe. */
const rowsOf = (recipe: string) =>
  page
    .split("\n## ")
    .find((section) => section.startsWith(`The recipe \`${recipe}\``))!
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim())
        .map((cell, i) => (i === 0 ? cell.replaceAll("`", "") : cell)),
    );

describe.each(Object.keys(recipeSchemas))("docs/recipes.md on %s", (recipe) => {
  const { oneOf } = jsonSchemas().recipe as { readonly oneOf: readonly Schema[] };
  const schema = oneOf.find(({ properties }) => properties!.recipe!.const === recipe)!;
  const rows = rowsOf(recipe);

  test("lists every field with its values and default", () => {
    const told = rows.map(([path, allowed, byDefault]) => [path!, allowed!, byDefault!]).sort();
    expect(told).toEqual(fields(schema).sort());
  });

  test("says of every field what it does", () => {
    for (const [path, , , , does] of rows) expect(does!.length, path).toBeGreaterThan(15);
  });
});
