import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";

const rooms = [
  "core",
  "image",
  "onnx",
  "engine",
  "nn",
  "data",
  "microscope",
  "metrics",
  "features",
  "generators",
  "tasks",
];

/** The house: each folder of src/ and what it may import (docs/architecture.md). */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: [],
  image: ["core"],
  onnx: ["core"],
  engine: ["core", "onnx"],
  nn: ["core", "onnx", "engine"],
  data: ["core", "image"],
  microscope: ["core", "image", "data"],
  metrics: ["core", "image"],
  features: ["core", "image", "data", "onnx", "engine", "nn"],
  generators: ["core", "image", "data", "engine", "nn"],
  tasks: ["core", "image", "data", "engine", "nn", "metrics"],
  recipes: rooms,
  report: ["core", "image", "data", "recipes"],
  cli: [...rooms, "recipes", "report"],
  "index.ts": [...rooms, "recipes", "report"],
  "engine.ts": ["core", "onnx", "engine", "nn"],
};

/** The one place that knows each outside thing. */
const doors: Readonly<Record<string, string>> = {
  "#onnxruntime": "engine/runtime/", // the name by which package.json gives a runtime to Node and to browsers
  "onnxruntime-node": "engine/runtime/",
  "onnxruntime-web": "engine/runtime/",
  "onnxruntime-common": "engine/runtime/",
  koffi: "engine/runtime/c-interface.ts",
  "@bufbuild/protobuf": "onnx/",
  sharp: "data/formats/",
  "fast-png": "data/formats/",
  vega: "report/figures/",
  "vega-lite": "report/figures/",
  commander: "cli/",
};

/** What each file imports: files by their path from the root, packages by name. */
type Imports = ReadonlyMap<string, readonly string[]>;

function importsOf(file: string, text: string): string[] {
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
  return specifiers.map((name) => (name.startsWith(".") ? posix.join(posix.dirname(file), name) : name));
}

function breaches(imports: Imports): string[] {
  return [...imports].flatMap(([file, targets]) => {
    const folder = file.split("/")[1]!;
    const allowed = layers[folder];
    if (!allowed) return [`${folder}: not a folder of the house`];
    return targets.flatMap((target) => {
      const door = Object.keys(doors).find((name) => target === name || target.startsWith(`${name}/`));
      if (door)
        return file.startsWith(`src/${doors[door]}`) ? [] : [`${file} knows ${target}; only ${doors[door]} may`];
      const room = target.startsWith("src/") ? target.split("/")[1]! : folder;
      return room === folder || allowed.includes(room) ? [] : [`${file} imports ${target}; ${folder} may not`];
    });
  });
}

/** The files of one cycle, or none. Imports of types count: they bind readers as much. */
function cycle(imports: Imports): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const target of imports.get(file) ?? []) {
      const found = visit(target, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  return [...imports.keys()].map((file) => visit(file, [])).find((found) => found.length > 0) ?? [];
}

/** Everything that some files load, themselves included: files and packages. */
function reached(imports: Imports, from: readonly string[]): string[] {
  const found = new Set(from);
  for (const file of found) for (const target of imports.get(file) ?? []) found.add(target);
  return [...found];
}

const root = new URL("../", import.meta.url);
const files = readdirSync(new URL("src/", root), { recursive: true, encoding: "utf8" })
  .map((file) => `src/${file.replaceAll("\\", "/")}`)
  .filter((file) => /\.[jt]s$/.test(file));
const house: Imports = new Map(files.map((file) => [file, importsOf(file, readFileSync(new URL(file, root), "utf8"))]));

test("every import goes the way the house allows, and outside things have one door", () => {
  expect(house.size).toBeGreaterThan(10);
  expect(breaches(house)).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(cycle(house)).toEqual([]);
});

test("the engine's own entry asks nothing of Node, so that a page can load it", () => {
  const loaded = reached(house, ["src/engine.ts"]);
  for (const part of ["gradient", "step", "foreign/import-model", "optimizers/adam"])
    expect(loaded).toContain(`src/engine/${part}.ts`);
  expect(loaded.filter((name) => !name.startsWith("src/")).sort()).toEqual([
    "#onnxruntime",
    "@bufbuild/protobuf",
    "@bufbuild/protobuf/codegenv2",
    "@bufbuild/protobuf/wire",
  ]);
  const asksNode = (file: string) => /\b(?:Buffer|process)\./.test(readFileSync(new URL(file, root), "utf8"));
  expect(loaded.filter((file) => file.startsWith("src/") && asksNode(file))).toEqual([]);
});

test("breaches and circles are seen", () => {
  const wrong = new Map(
    Object.entries({
      "src/core/a.ts": 'import type { B } from "../image/b.ts";',
      "src/image/b.ts": 'export { a } from "../core/a.ts";\nimport "fft.js";\nawait import("onnxruntime-node/x");',
      "src/misc/c.ts": "",
    }).map(([file, text]) => [file, importsOf(file, text)]),
  );
  expect(breaches(wrong)).toEqual([
    "src/core/a.ts imports src/image/b.ts; core may not",
    "src/image/b.ts knows onnxruntime-node/x; only engine/runtime/ may",
    "misc: not a folder of the house",
  ]);
  expect(cycle(wrong)).toEqual(["src/core/a.ts", "src/image/b.ts", "src/core/a.ts"]);
});
