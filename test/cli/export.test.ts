import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { random } from "../../src/core/random.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { initialState } from "../../src/engine/step.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import type { RunRecord } from "../../src/recipes/record.ts";
import { openRunFolder } from "../../src/recipes/run-folder.ts";
import { demoRecipe } from "../../src/recipes/segment/demo.ts";
import { saveModel } from "../../src/tasks/segment/model-file.ts";
import { segmenterLogits } from "../../src/tasks/segment/network.ts";
import { fakeDemoRecord } from "../report/fake-record.ts";
import { invoke, tree } from "./invoke.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-export-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const run = join(base, "run");
const who = ["--author", "Ada Lovelace", "--license", "CC-BY-4.0"];

/** A run folder as a finished demo leaves it, with an untrained model. */
async function finishedRun(path: string, record: RunRecord = fakeDemoRecord): Promise<void> {
  const folder = await openRunFolder(path, demoRecipe());
  const graph = createGraph();
  segmenterLogits(graph.input("image", [1, 1, 32, 32]), "inference");
  const state = initialState([graph], random(3));
  saveModel(folder.file("models", "segmenter-combined-0.safetensors"), { state, curves: {}, steps: 1, seconds: 1 });
  await folder.writeJson({ calibration: { settings: fluorescenceNuclei() } }, "inputs.json");
  await folder.writeJson(record, "record.json");
}

beforeAll(() => finishedRun(run));

test("the recommended arm and first seed, said so; a folder and a zip; the same command again changes nothing", async () => {
  const { code, out } = await invoke(["export", run, ...who]);
  expect(code).toBe(0);
  const name = "fantascope-nuclei-segmenter-combined-seed-0";
  expect(out.replaceAll("\n", " ")).toContain(
    'arm "combined" (Simulation + generated, which the run recommends), seed 0, its first.',
  );
  expect(out).toMatch(/^Note: the "real" images of this run, and with them its scores, are simulated/m);
  const folder = join(run, "export", name);
  expect(out).toContain(`  package  ${folder}\n  zip      ${folder}.zip\n`);
  const written = [
    "README.md",
    "cover.png",
    "rdf.yaml",
    "test_input_image.npy",
    "test_output_maps.npy",
    "weights.onnx",
  ];
  expect(tree(join(run, "export"))).toEqual([name, ...written.map((file) => join(name, file)), `${name}.zip`].sort());

  const rdf = parse(readFileSync(join(folder, "rdf.yaml"), "utf8"));
  expect(rdf).toMatchObject({
    name: "Fantascope nuclei segmenter (combined seed 0)",
    authors: [{ name: "Ada Lovelace" }],
    license: "CC-BY-4.0",
    timestamp: fakeDemoRecord.finishedAt,
  });
  expect(rdf.description).toMatch(/the "real" images of its run, and with them its scores, are simulated\.$/i);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toMatch(
    /^# Fantascope nuclei segmenter .*\n\n\*\*Simulated:/,
  );
  const zip = readFileSync(`${folder}.zip`);
  for (const file of written) expect(zip.includes(file)).toBe(true);

  rmSync(`${folder}.zip`); // as if it was stopped between the two
  expect((await invoke(["export", run, ...who])).code).toBe(0);
  expect(readFileSync(`${folder}.zip`)).toEqual(zip);

  const other = await invoke(["export", run, "--author", "Charles Babbage", "--license", "MIT"]);
  expect(other.code).toBe(2);
  expect(other.err).toMatch(
    /expected a new or empty folder, or this very package, got another package\. Choose .*--out/,
  );
  expect(parse(readFileSync(join(folder, "rdf.yaml"), "utf8")).authors).toEqual([{ name: "Ada Lovelace" }]);

  rmSync(join(folder, "cover.png"));
  expect((await invoke(["export", run, ...who])).err).toMatch(/a part of it, without cover\.png/);
}, 120_000);

test("everything can be said: arm, seed, folder, texts, several authors and citations", async () => {
  const out = join(base, "my package");
  mkdirSync(out);
  const record = { ...fakeDemoRecord, data: fakeDemoRecord.data.map((data) => ({ ...data, standIn: false })) };
  const real = join(base, "real");
  await finishedRun(real, record);
  const { code, out: told } = await invoke([
    ...["export", real, "--arm", "combined", "--seed", "0", "--out", out, "--license", "MIT"],
    ...["--name", "Nuclei of May", "--description", "Finds nuclei."],
    ...[
      "--author",
      "Ada Lovelace; Analytical Society; https://orcid.org/0000-0002-1825-0097",
      "--author",
      "Ch. Babbage",
    ],
    ...["--cite", "Us, doi:10.1234/nuclei.5.", "--cite", "Our page (https://example.org/nuclei)"],
  ]);
  expect(code).toBe(0);
  expect(told).toMatch(/^"Nuclei of May": arm "combined" \(Simulation \+ generated\), seed 0\.\n\n/);
  expect(told).not.toContain("Note:");
  expect(parse(readFileSync(join(out, "rdf.yaml"), "utf8"))).toMatchObject({
    name: "Nuclei of May",
    description: "Finds nuclei.",
    authors: [
      { name: "Ada Lovelace", affiliation: "Analytical Society", orcid: "0000-0002-1825-0097" },
      { name: "Ch. Babbage" },
    ],
    cite: expect.arrayContaining([
      { text: "Us, doi:10.1234/nuclei.5.", doi: "10.1234/nuclei.5" },
      { text: "Our page (https://example.org/nuclei)", url: "https://example.org/nuclei" },
    ]),
  });
  expect(tree(base).filter((name) => /^\.|tmp$/.test(name))).toEqual([]);
}, 120_000);

/** The command, which must fail with these words and leave nothing behind. */
async function refused(args: readonly string[], words: RegExp): Promise<void> {
  const before = tree(base);
  const { code, out, err } = await invoke(["export", ...args]);
  expect(err).toMatch(words);
  expect(err).toMatch(/^Error: /);
  expect(err).not.toMatch(/\n {4}at /);
  expect([code, out]).toEqual([2, ""]);
  expect(tree(base)).toEqual(before);
}

test.each<[string, string[], RegExp]>([
  ["no author", [run], /required option '--author <text>'/],
  ["no licence", [run, "--author", "Ada"], /required option '--license <id>'/],
  [
    "a licence that is no identifier",
    [run, "--author", "Ada", "--license", "CC BY 4.0"],
    /identifier of https:\/\/spdx\.org\/licenses, such as CC-BY-4\.0/,
  ],
  ["an author without a name", [run, "--author", " ; Society", "--license", "MIT"], /a name without slashes/],
  [
    "an ORCID iD with a typing error",
    [run, "--author", "Ada; 0000-0002-1825-0098", "--license", "MIT"],
    /0000-0002-1825-0098 has a typing error/,
  ],
  [
    "a citation that leads nowhere",
    [run, ...who, "--cite", "Us, in preparation"],
    /a text with a DOI .* or an address/,
  ],
  ["a name that the zoo refuses", [run, ...who, "--name", "Zellkerne für alle"], /5 to 128 characters: letters A to Z/],
  ["a description that is too long", [run, ...who, "--description", "x".repeat(1025)], /1 to 1024 characters/],
  [
    "an unknown arm",
    [run, ...who, "--arm", "best"],
    /an arm with a trained model \(combined\), got "best", which is no arm of this run/,
  ],
  ["an arm without a model", [run, ...who, "--arm", "classical"], /got "classical", which has none/],
  [
    "a seed that was not trained",
    [run, ...who, "--seed", "4"],
    /a seed that arm "combined" was trained with \(0\), got 4/,
  ],
  ["no run folder", [join(base, "nowhere"), ...who], /the folder of a finished run, with record\.json in it, got none/],
])("%s is refused with words that help", (_, args, words) => refused(args, words));

test("a run that is not finished, or whose files are damaged", async () => {
  const broken = join(base, "broken");
  await finishedRun(broken);
  writeFileSync(join(broken, "models", "segmenter-combined-0.safetensors"), "no weights");
  await refused([broken, ...who], /complete and really in safetensors form/);
  rmSync(join(broken, "models"), { recursive: true });
  await refused([broken, ...who], /expected trained segmenters, .* got none/);
  writeFileSync(join(broken, "inputs.json"), "{");
  await refused([broken, ...who], /inputs\.json: expected JSON with what the run settled/);
  rmSync(join(broken, "inputs.json"));
  await refused([broken, ...who], /inputs\.json: .* got no such file\. Was it moved/);
  rmSync(join(broken, "record.json"));
  await refused([broken, ...who], /if the run was interrupted, the same command finishes it/);
});

test("a recipe of another version of the program", async () => {
  const foreign = join(base, "foreign");
  await finishedRun(foreign, { ...fakeDemoRecord, recipe: { ...fakeDemoRecord.recipe, recipe: "count" } });
  await refused([foreign, ...who], /expected a run of one of the recipes segment, super-resolve, got one of "count"/);
});

test("a place that is taken or cannot be written", async () => {
  const file = join(base, "file");
  writeFileSync(file, "");
  await refused([run, ...who, "--out", file], /a file where a folder is needed/);
  await refused([run, ...who, "--out", join(file, "package")], /a file where a folder is needed/);
  await refused(
    [run, ...who, "--out", join(base, "run", "models")],
    /got one that holds segmenter-combined-0\.safetensors/,
  );
}, 120_000);

test("stopped before anything is written", async () => {
  const before = tree(base);
  const { code } = await invoke(["export", run, ...who, "--out", join(base, "stopped")], {
    signal: AbortSignal.abort(),
  });
  expect(code).toBe(130);
  expect(tree(base)).toEqual(before);
});
