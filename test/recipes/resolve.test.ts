import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readRecipe, resolveRecipe } from "../../src/recipes/resolve.ts";

const folder = await mkdtemp(join(tmpdir(), "fantascope-recipe-"));
afterAll(() => rm(folder, { recursive: true }));

describe("resolveRecipe", () => {
  it("fills in every default", () => {
    const recipe = resolveRecipe({ recipe: "segment" });
    expect(recipe.generator).toEqual({
      kind: "cyclegan",
      networks: "compact",
      lowPass: 0.3,
      consistencyWeight: 0,
      imageCycle: "all",
      brightness: "generated",
      warmStart: true,
      refineEdges: true,
      compareVanilla: true,
    });
    expect(recipe.seeds).toBe(3);
  });

  it("refuses what the vanilla generator would not do", () => {
    const vanilla = { lowPass: 1, brightness: "simulated", imageCycle: "foreground" };
    expect(() => resolveRecipe({ recipe: "segment", generator: vanilla })).toThrow(
      /imageCycle: expected all for the vanilla generator.*brightness: expected generated/,
    );
    const guarded = resolveRecipe({ recipe: "segment", generator: { ...vanilla, consistencyWeight: 2 } });
    expect(guarded.generator).toMatchObject(vanilla);
  });

  it("keeps what it gave when it resolves that again", () => {
    const recipe = resolveRecipe({ recipe: "segment", minutes: 7, generator: { lowPass: 0.5 } });
    expect(resolveRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it("names every wrong field at once, each with its path", () => {
    const attempt = () =>
      resolveRecipe({ recipe: "segment", minuts: 3, generator: { lowPass: 2 }, seeds: 0 }, "my.yaml");
    for (const part of ['unknown field "minuts"', "my.yaml.generator.lowPass", "my.yaml.seeds"])
      expect(attempt).toThrow(part);
  });

  it.each([[{}], [{ recipe: "segmint" }], [null], [3]])("refuses %j with the list of recipes", (data) => {
    expect(() => resolveRecipe(data)).toThrow(/expected one of segment/);
  });
});

describe("readRecipe", () => {
  it("reads YAML", async () => {
    const file = join(folder, "good.yaml");
    await writeFile(file, "recipe: segment\nminutes: 12\ngenerator:\n  lowPass: 0.5\n");
    const recipe = await readRecipe(file);
    expect(recipe).toMatchObject({ minutes: 12, generator: { lowPass: 0.5 } });
  });

  it("says which file is no YAML, or is not there", async () => {
    const file = join(folder, "bad.yaml");
    await writeFile(file, "recipe: [segment\nminutes: }");
    await expect(readRecipe(file)).rejects.toThrow(/bad\.yaml: expected YAML/);
    await expect(readRecipe(join(folder, "none.yaml"))).rejects.toThrow(/none\.yaml: expected a readable recipe file/);
  });
});
