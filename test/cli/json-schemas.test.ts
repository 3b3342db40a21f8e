import { expect, test } from "vitest";
import { jsonSchemas } from "../../src/cli/json-schemas.ts";

// After a change of a schema: npx vitest run test/cli/json-schemas.test.ts -u
test.each(Object.entries(jsonSchemas()))(
  "docs/%s.schema.json is what the program checks with",
  async (name, schema) => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(`../../docs/${name}.schema.json`);
  },
);
