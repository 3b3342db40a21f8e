import { expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { demoRecipe } from "../../src/recipes/segment/demo.ts";
import { invoke, listeningTerminal, start } from "./invoke.ts";

const context = {
  terminal: listeningTerminal(),
  signal: new AbortController().signal,
  program: "fantascope",
  typed: "",
  exitCode: 0,
};
const names = commands.map((make) => make(context).name());

test("the program has all its commands", () => {
  expect(names).toEqual([
    "demo",
    "run",
    "check",
    "render",
    "calibrate",
    "simulate",
    "fit",
    "generate",
    "compare",
    "train",
    "predict",
    "export",
    "report",
    "doctor",
  ]);
});

test("help of the program", async () => {
  const { code, out, err } = await invoke(["--help"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatchSnapshot();
  expect((await invoke([])).out).toBe(out);
});

test.each(names)("help of %s", async (name) => {
  const { code, out } = await invoke([name, "--help"]);
  expect(code).toBe(0);
  expect(out).toMatchSnapshot();
  expect(out).toMatch(/^Examples?:$/m);
  expect(out).toMatch(/^Where it goes:$/m);
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
});

test("examples in help name options that exist", async () => {
  for (const make of commands) {
    const command = make(context);
    const { out } = await invoke([command.name(), "--help"]);
    for (const [, example] of out.matchAll(/\$ fantascope (.+)/g)) {
      const options = example!.match(/--[\w-]+/g) ?? [];
      expect(example!.split(" ")[0]).toBe(command.name());
      for (const option of options)
        expect(
          command.options.map(({ long }) => long),
          example,
        ).toContain(option);
    }
  }
});

test("defaults in help are those of the recipes", async () => {
  const { out } = await invoke(["run", "--help"]);
  for (const recipe of [resolveRecipe({ recipe: "segment" }), resolveRecipe({ recipe: "super-resolve" })])
    for (const name of ["minutes", "seed", "seeds"] as const)
      expect(out.replaceAll(/\s+/g, " ")).toMatch(new RegExp(`--${name} <n> [^(]*\\(default: ${recipe[name]}\\)`));
  const demo = await invoke(["demo", "--help"]);
  expect(demo.out).toContain(`(default: ${demoRecipe().minutes})`);
});

test("version, as a process of its own and without loading the runtime", async () => {
  const started = performance.now();
  const { code, out } = await start(["--version"]).outcome;
  expect(code).toBe(0);
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(performance.now() - started).toBeLessThan(10_000);
});
