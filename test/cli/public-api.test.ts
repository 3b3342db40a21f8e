import { expect, test } from "vitest";
import * as fantascope from "../../src/index.ts";

test("public names", () => {
  const names = Object.entries(fantascope).map(([name, value]) =>
    Object.prototype.toString.call(value) === "[object Module]"
      ? `${name}: ${Object.keys(value as object).join(" ")}`
      : name,
  );
  expect(`${names.sort().join("\n")}\n`).toMatchSnapshot();
});
