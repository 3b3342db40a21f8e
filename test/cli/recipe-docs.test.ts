import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { jsonSchemas } from "../../src/cli/json-schemas.ts";

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
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim())
      .map((cell, i) => (i === 0 ? cell.replaceAll("`", "") : cell)),
  );

test("docs/recipes.md lists every field of a recipe with its values and default", () => {
  const told = rows.map(([path, allowed, byDefault]) => [path!, allowed!, byDefault!]).sort();
  expect(told).toEqual(fields(jsonSchemas().recipe as Schema).sort());
});

test("every field says what it does", () => {
  for (const [path, , , , told] of rows) expect(told!.length, path).toBeGreaterThan(15);
});
