import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as diagnostics from "../../src/engine/diagnostics/index.ts";
import * as engine from "../../src/engine.ts";
import * as fantascope from "../../src/index.ts";

const root = new URL("../../", import.meta.url);

test.each(Object.entries({ fantascope, "fantascope/engine": engine, "fantascope/engine/diagnostics": diagnostics }))(
  "public names of %s",
  (_entry, module) => {
    const names = Object.entries(module).map(([name, value]) =>
      Object.prototype.toString.call(value) === "[object Module]"
        ? `${name}: ${Object.keys(value as object).join(" ")}`
        : name,
    );
    expect(`${names.sort().join("\n")}\n`).toMatchSnapshot();
  },
);

test("every entry of the package is built from a file of the source", () => {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    exports: Record<string, { types: string; default: string }>;
  };
  expect(Object.keys(exports)).toEqual([".", "./engine", "./engine/diagnostics"]);
  for (const { types, default: file } of Object.values(exports)) {
    expect(types).toBe(file.replace(/\.js$/, ".d.ts"));
    const source = file.replace("./dist/", "src/").replace(/\.js$/, ".ts");
    expect(existsSync(new URL(source, root)), source).toBe(true);
  }
});

test("what both entries have is the same thing", () => {
  const whole: Record<string, unknown> = { ...fantascope };
  const shared = Object.entries(engine).filter(([name]) => name in whole);
  expect(shared.length).toBeGreaterThan(20);
  for (const [name, value] of shared) expect(whole[name], name).toBe(value);
});
