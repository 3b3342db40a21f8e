/**
 * A network as the BioImage Model Zoo takes it: what ilastik, deepImageJ, QuPath and bioimageio.core can load and check.
 *
 * One folder, or a zip of it: `rdf.yaml`, `weights.onnx`, a test input and output per tensor as `.npy`, documentation and covers. Pre- and
 * post-processing belong into the exported graph: then every program computes the same, and none has to know how. Only what depends on the whole
 * image cannot, since the network may see it in tiles: percentiles are told in the description.
 *
 * @see https://github.com/bioimage-io/spec-bioimage-io, model description 0.5
 */

import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { RecipeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { decodeModel } from "../../onnx/decode.ts";
import type { OnnxModel } from "../../onnx/model.ts";
import { encodeNpy } from "../../onnx/npy.ts";
import { axesOf, type PackageAxis, tensorId } from "./package-axes.ts";
import { testPair } from "./test-pair.ts";

/** Version of the model description that is written; readers of later 0.5 versions understand it. */
const FORMAT_VERSION = "0.5.4";

/** What people should know about an input or output. */
export interface PackageTensor {
  readonly axes: readonly PackageAxis[];
  readonly description?: string;
}

/** An input, with what it is tested on. */
export interface PackageInput extends PackageTensor {
  /** As the user has it: before the percentiles, where there are some. */
  readonly test: Tensor;
  /** Brings grey levels to the scale of the network. For what depends on the whole image, of which the network sees tiles. */
  readonly percentiles?: PackagePercentiles;
}

/** Percentiles of the whole image that become 0 and 1, without clipping, before the network sees any of it. */
export interface PackagePercentiles {
  readonly low: number;
  readonly high: number;
  /** The test input after that, as the program that trained the network does it. */
  readonly seen: Tensor;
}

/** Who made it; identifiers as ORCID and GitHub write them. */
export interface PackageAuthor {
  readonly name: string;
  readonly affiliation?: string;
  readonly orcid?: string;
  readonly github_user?: string;
}

/** What to cite: a text with a DOI or an address. */
export interface PackageCitation {
  readonly text: string;
  readonly doi?: string;
  readonly url?: string;
}

/** Everything that goes into a package. */
export interface BioimagePackageOptions {
  /** At most 128 characters. */
  readonly name: string;
  readonly description: string;
  /** Markdown: what the model is for, how it was trained and validated. */
  readonly documentation: string;
  readonly authors: readonly PackageAuthor[];
  /** SPDX identifier, such as `CC-BY-4.0`. */
  readonly license: string;
  readonly cite: readonly PackageCitation[];
  /** PNG pictures by file name, 2:1 to 1:1; best one that shows an input beside an output. */
  readonly covers: Readonly<Record<string, Uint8Array>>;
  readonly tags?: readonly string[];
  /** By the names in the file. */
  readonly inputs: Readonly<Record<string, PackageInput>>;
  /** By the names in the file; `expected` is what the network gave before it was exported. */
  readonly outputs: Readonly<Record<string, PackageTensor & { readonly expected?: Tensor }>>;
  /** When it was made, ISO 8601: an argument, so that the same package has the same bytes. */
  readonly timestamp: string;
}

/**
 * Files of a package by name; `zip` makes one file of them.
 *
 * The test outputs are computed here, by the runtime, from the very bytes that go into the package (see `testPair`).
 *
 * @param model bytes of an ONNX file with fixed shapes, as `exportModel` gives them
 * @throws {@link RecipeError} when something that the zoo requires is missing
 * @throws {@link ShapeError} when axes do not describe the model's tensors
 * @throws SessionError when the model does not run, or not reliably
 */
export async function bioimagePackage(
  model: Uint8Array,
  options: BioimagePackageOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { inputs, outputs, covers, documentation } = options;
  requireComplete(options);
  const decoded = decodeModel(model, { where: "model to package" });
  requireNames("input", decoded.inputs, inputs);
  requireNames("output", decoded.outputs, outputs);
  const tests = Object.fromEntries(Object.entries(inputs).map(([name, { test }]) => [name, test]));
  const seen = Object.fromEntries(
    Object.entries(inputs).map(([name, { test, percentiles }]) => [name, percentiles?.seen ?? test]),
  );
  const expected = Object.entries(outputs).flatMap(([name, tensor]) =>
    tensor.expected ? [[name, tensor.expected]] : [],
  );
  const results = await testPair(model, seen, Object.fromEntries(expected));

  const files = new Map<string, Uint8Array>([["rdf.yaml", new Uint8Array()]]); // its place is first, its content known last
  const add = (name: string, bytes: Uint8Array) => {
    if (files.has(name)) throw new RecipeError({ where: "package", expected: "one file of each name", received: name });
    files.set(name, bytes);
    return { source: name, sha256: createHash("sha256").update(bytes).digest("hex") };
  };
  const weights = add("weights.onnx", model);
  const described = (
    kind: "input" | "output",
    infos: OnnxModel["inputs"],
    tensors: Readonly<Record<string, PackageTensor & Pick<PackageInput, "percentiles">>>,
  ) => {
    return infos.map(({ name }) => {
      const { percentiles } = tensors[name]!;
      const tensor = kind === "input" ? tests[name]! : results[name]!;
      const id = tensorId(name);
      return {
        id,
        description: tensors[name]!.description ?? "",
        axes: axesOf(`${kind} "${name}"`, tensors[name]!.axes, tensor.shape, inputs),
        test_tensor: add(`test_${kind}_${id}.npy`, encodeNpy(tensor)),
        data: { type: "float32" },
        ...(percentiles ? { preprocessing: [scaleRange(percentiles)] } : {}),
      };
    });
  };
  const description = {
    type: "model",
    format_version: FORMAT_VERSION,
    name: options.name,
    description: options.description,
    authors: options.authors,
    license: options.license,
    cite: options.cite,
    tags: options.tags ?? [],
    timestamp: options.timestamp,
    documentation: add("README.md", new TextEncoder().encode(documentation)).source,
    covers: Object.entries(covers).map(([name, bytes]) => add(name, bytes).source),
    inputs: described("input", decoded.inputs, inputs),
    outputs: described("output", decoded.outputs, outputs),
    weights: { onnx: { ...weights, opset_version: decoded.opsets[""] } },
  };
  return files.set("rdf.yaml", new TextEncoder().encode(stringify(description, { lineWidth: 0 })));
}

function requireComplete(options: BioimagePackageOptions): void {
  const { name, authors, cite, covers, documentation, license, timestamp } = options;
  const missing: readonly (readonly [where: string, expected: string, isThere: boolean])[] = [
    ["name", "1 to 128 characters", name.length >= 1 && name.length <= 128],
    ["authors", "at least one author", authors.length > 0],
    ["cite", "at least one citation with a DOI or address", cite.some(({ doi, url }) => doi ?? url)],
    ["covers", "at least one PNG picture", Object.keys(covers).some((file) => file.endsWith(".png"))],
    ["documentation", "a text in Markdown", documentation.trim() !== ""],
    ["license", "an SPDX identifier such as CC-BY-4.0", license !== ""],
    ["timestamp", "a time in ISO 8601", !Number.isNaN(Date.parse(timestamp))],
  ];
  for (const [where, expected, isThere] of missing)
    if (!isThere) throw new RecipeError({ where: `BioImage package: ${where}`, expected, received: "none" });
}

function requireNames(kind: string, infos: OnnxModel["inputs"], tensors: Readonly<Record<string, unknown>>): void {
  const [found, given] = [infos.map(({ name }) => name), Object.keys(tensors)];
  if (found.length === given.length && found.every((name) => given.includes(name))) return;
  throw new RecipeError({
    where: `BioImage package: ${kind}s`,
    expected: found.join(", "),
    received: given.join(", ") || "none",
  });
}

/**
 * How the zoo says percentiles. It adds an ε to the span, which must be positive; one millionth, its default, is nothing to grey levels of a camera.
 * A smaller one would be written as `1e-9`, which readers of YAML 1.1 take for a text.
 *
 * @see https://bioimage-io.github.io/spec-bioimage-io, `ScaleRangeKwargs`
 */
function scaleRange({ low, high }: PackagePercentiles): Record<string, unknown> {
  return {
    id: "scale_range",
    kwargs: { axes: ["channel", "y", "x"], min_percentile: low, max_percentile: high, eps: 1e-6 },
  };
}
