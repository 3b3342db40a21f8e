import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runName } from "../../src/cli/run-name.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { openRunFolder } from "../../src/recipes/run-folder.ts";
import { demoRecipe } from "../../src/recipes/segment/demo.ts";
import { fakePictures } from "../report/fake-pictures.ts";
import { fakeDemoRecord } from "../report/fake-record.ts";
import { invoke, tree } from "./invoke.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-finished-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const demo = join(base, "demo");

/** A run folder as a finished demo leaves it, without the demo's five minutes. */
beforeAll(async () => {
  const folder = await openRunFolder(demo, demoRecipe());
  for (const [file, bytes] of fakePictures()) writeFileSync(folder.file(file), bytes);
  mkdirSync(folder.file("models"), { recursive: true });
  writeFileSync(folder.file("models", "segmenter-combined-0.safetensors"), "");
  await folder.writeJson(fakeDemoRecord, "record.json");
});

test("report: the same page from record and pictures alone, every time", async () => {
  const page = join(demo, "report.html");
  expect(await invoke(["report", demo])).toMatchObject({
    code: 0,
    err: "",
    out: expect.stringContaining("report.html"),
  });
  const first = readFileSync(page, "utf8");
  expect(first).toContain(fakeDemoRecord.verdict.outcome);
  expect(first).toMatch(/<img src="data:image\/png;base64,/);
  rmSync(page);
  await invoke(["report", demo]);
  expect(readFileSync(page, "utf8")).toBe(first);
  expect(tree(demo).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a picture that leads out of the run folder is not shown", async () => {
  const folder = join(base, "wandering");
  mkdirSync(folder);
  const [picture] = fakeDemoRecord.pictures;
  const record = { ...fakeDemoRecord, pictures: [{ ...picture!, file: "../demo/pictures/real.png" }] };
  writeFileSync(join(folder, "record.json"), JSON.stringify(record));
  expect((await invoke(["report", folder])).code).toBe(0);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toMatch(/The picture .* is missing/);
});

test("demo: a finished one says so, and where everything is", async () => {
  const { code, out, err } = await invoke(["demo", "--out", demo]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^This run is finished already; nothing was done again\./);
  expect(out.replaceAll("\n", " ")).toContain(`Verdict: ${fakeDemoRecord.verdict.sentence}`);
  expect(out.replaceAll("\n", " ")).toContain("its numbers say nothing about a real one");
  expect(out).toMatch(/^ {2}model {7}.*segmenter-combined-0\.safetensors/m);
  expect(out).toMatch(/^ {2}images {6}.*synthetic \(/m);
  expect(out).toMatch(/^ {2}report {6}.*report\.html$/m);
  expect(out).toMatch(/fantascope predict --model .*segmenter-combined-0\.safetensors IMAGES_DIR/);
  expect(out).toMatch(/fantascope demo --again\n$/);
});

test("demo --again: makes it anew in a numbered folder; stopped before anything is done, the same command continues there", async () => {
  const again = () => invoke(["demo", "--out", demo, "--again"], { signal: AbortSignal.abort() });
  for (const { code, out, err } of [await again(), await again()]) {
    expect(code).toBe(130);
    expect(out).toBe("");
    expect(err).toBe(
      `Stopped. Everything finished so far is kept; the same command continues:\n  fantascope demo --out ${demo} --again\n`,
    );
  }
  expect(tree(base).filter((name) => /^demo-\d+$/.test(name))).toEqual(["demo-2"]);
  expect(readFileSync(join(base, "demo-2", "recipe.yaml"), "utf8")).toBe(
    readFileSync(join(demo, "recipe.yaml"), "utf8"),
  );
});

test("run: the same recipe in its finished folder is not run again", async () => {
  const out = join(base, "run");
  const folder = await openRunFolder(out, resolveRecipe({ recipe: "segment", minutes: 12, title: "My nuclei" }));
  await folder.writeJson({ ...fakeDemoRecord, pictures: [] }, "record.json");
  const told = await invoke(["run", "segment", "--minutes", "12", "--title", "My nuclei", "--out", out]);
  expect(told).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^This run is finished already/) });
  const recipe = join(base, "nuclei.yaml");
  writeFileSync(recipe, "recipe: segment\nminutes: 3\ntitle: My nuclei\n");
  expect((await invoke(["run", recipe, "--minutes", "12", "--out", out])).code, "options win over the file").toBe(0);
  expect((await invoke(["run", recipe, "--out", out])).code).toBe(2);
});

test("a run is named by its recipe and images: the same each time, another for another recipe", () => {
  const recipe = (fields: object) => resolveRecipe({ recipe: "segment", ...fields });
  const name = runName(recipe({ real: "/data/My cells/train" }));
  expect(name).toMatch(/^runs.segment-My-cells-train-[0-9a-f]{6}$/);
  expect(runName(recipe({ real: "/data/My cells/train" }))).toBe(name);
  expect(runName(recipe({ real: "/data/My cells/train", seed: 1 }))).not.toBe(name);
  expect(runName(recipe({ real: "/data/screen" }))).toMatch(/segment-screen-/);
  expect(runName(recipe({}))).toMatch(/segment-stand-in-/);
  expect(runName(recipe({}), { file: "a/nuclei of May.yaml" })).toMatch(/segment-nuclei-of-May-/);
});
