import { basename } from "node:path";
import { DataError, FormatError, ShapeError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { stopIfCancelled } from "../core/progress.ts";
import { random } from "../core/random.ts";
import { formatShape } from "../core/shape.ts";
import { importModel } from "../engine/foreign/import-model.ts";
import { createGraph, type Value } from "../engine/graph.ts";
import { globalAveragePool2d, reshape } from "../engine/ops/index.ts";
import { type CompiledFunction, compileFunction, initialState } from "../engine/step.ts";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.ts";
import { readModel } from "../onnx/read-model.ts";
import type { FeatureNetwork, FeatureRunOptions } from "./feature-network.ts";
import { type FeaturePreprocessing, featurePreprocessings, preprocessed } from "./preprocessing.ts";

/** How a network from a file is used. */
export interface ForeignFeatureOptions extends FeatureRunOptions {
  /** What the network wants to see. Unless given, what the Inception network of FID does; there is no way to read it from a file. */
  readonly preprocessing?: FeaturePreprocessing;
  /** Name of the value that holds the features, an output or any value inside; the only output unless given. */
  readonly output?: string;
  /** Name of the input for images; the only one unless given. */
  readonly input?: string;
  /** Name for tables and records; the file's name unless given. */
  readonly name?: string;
}

/**
 * Opens any network in an ONNX file as a feature network, such as the Inception network of FID.
 *
 * Its features are `[N, D]`, or maps `[N, D, H, W]`, which are averaged over the image. Grey planes fill all channels.
 *
 * @throws {@link FormatError} when the file cannot be read, has operators that are not supported, or lacks the input or output
 * @throws {@link ShapeError} when the network wants images of another size or number of channels than the preprocessing makes; some of it only when it runs
 * @example
 * const inception = await openFeatureNetwork("inception-2015-12-05.onnx", { name: "Inception v3, FID" });
 * const distance = frechetDistance(await inception.features(real), await inception.features(generated));
 */
export async function openFeatureNetwork(file: string, options: ForeignFeatureOptions = {}): Promise<FeatureNetwork> {
  const { preprocessing = featurePreprocessings.inceptionFid, threads = 1, name = basename(file, ".onnx") } = options;
  const model = await readModel(file);
  const input = chosenInput(file, model, options.input);
  const output = chosenOutput(file, model, options.output);
  const declaredBatch = input.shape[0];
  const batchSize = typeof declaredBatch === "number" ? declaredBatch : (options.batchSize ?? 8);
  requireFit(file, input, preprocessing);

  const compile = (height: number, width: number): Promise<CompiledFunction> => {
    const graph = createGraph();
    const shape = [batchSize, preprocessing.offset.length, height, width];
    const imported = importModel(graph, model, { inputs: { [input.name]: shape }, outputs: [output], frozen: true });
    const features = pooled(file, output, imported.outputs[output]!, batchSize);
    return compileFunction(graph, { features }, { state: initialState([graph], random(0)), threads });
  };
  /** One for each size of images: only one where the preprocessing resizes. */
  const compiled = new Map<string, Promise<CompiledFunction>>();
  const networkFor = (height: number, width: number) => {
    const key = `${height}×${width}`;
    let found = compiled.get(key);
    if (!found) {
      found = compile(height, width);
      compiled.set(key, found);
    }
    return found;
  };
  if (preprocessing.size !== "native") await networkFor(preprocessing.size.height, preprocessing.size.width);

  return {
    name,
    async features(planes, { onProgress, signal } = {}) {
      const stage = `features (${name})`;
      let data = new Float32Array();
      let dimensions = 0;
      for (let first = 0; first < planes.length; ) {
        stopIfCancelled(signal, stage);
        const next = planes.slice(first, first + batchSize);
        const batch = (preprocessing.size === "native" ? sameSized(next) : next).map((plane) =>
          preprocessed(plane, preprocessing),
        );
        const { height, width } = batch[0]!;
        const images = new Float32Array(batchSize * batch[0]!.data.length); // places without an image stay 0
        batch.forEach((image, i) => {
          images.set(image.data, i * image.data.length);
        });
        const shape = [batchSize, preprocessing.offset.length, height, width];
        const network = await networkFor(height, width);
        const found = (await network.run({ [input.name]: { data: images, shape } })).features!;
        if (dimensions === 0) {
          dimensions = found.shape[1]!;
          data = new Float32Array(planes.length * dimensions);
        }
        data.set(found.data.subarray(0, batch.length * dimensions), first * dimensions);
        first += batch.length;
        onProgress?.({ stage, done: first, total: planes.length });
      }
      requireFinite(file, data);
      return { data, count: planes.length, dimensions };
    },
    async release() {
      for (const network of compiled.values()) await (await network).release();
      compiled.clear();
    },
  };
}

/** The first planes, as many as have one size. */
function sameSized(planes: readonly Plane[]): readonly Plane[] {
  const [first] = planes;
  const other = planes.findIndex(({ height, width }) => height !== first!.height || width !== first!.width);
  return other < 0 ? planes : planes.slice(0, other);
}

function pooled(file: string, output: string, value: Value, batchSize: number): Value {
  const { shape } = value;
  if (shape.length === 4 && shape[0] === batchSize) return reshape(globalAveragePool2d(value), [batchSize, shape[1]!]);
  if (shape.length === 2 && shape[0] === batchSize) return value;
  throw new ShapeError({
    where: `${file}, "${output}"`,
    expected: `features [${batchSize}, D] or maps of features [${batchSize}, D, H, W]`,
    received: formatShape(shape),
    fix: "Name another value of the network with the option `output`.",
  });
}

function chosenInput(file: string, { inputs, initializers }: OnnxModel, wanted: string | undefined): OnnxValueInfo {
  const weights = new Set(initializers.map((tensor) => tensor.name));
  const open = inputs.filter((input) => !weights.has(input.name));
  const found = wanted === undefined && open.length === 1 ? open[0] : open.find((input) => input.name === wanted);
  if (found) return found;
  throw new FormatError({
    where: file,
    expected: wanted === undefined ? "one input for images" : `an input "${wanted}"`,
    received: open.map((input) => `"${input.name}"`).join(", ") || "no inputs",
    fix: "Name the network's input for images with the option `input`.",
  });
}

function chosenOutput(file: string, { outputs, nodes }: OnnxModel, wanted: string | undefined): string {
  if (wanted === undefined && outputs.length === 1) return outputs[0]!.name;
  if (wanted !== undefined && nodes.some((node) => node.outputs.includes(wanted))) return wanted;
  throw new FormatError({
    where: file,
    expected: wanted === undefined ? "one output" : `a value "${wanted}"`,
    received: `outputs ${outputs.map((output) => `"${output.name}"`).join(", ")}`,
    fix: "Name the value that holds the features with the option `output`; Netron shows the names of all values.",
  });
}

/** What a file says of its input is compared before any work; the rest shows when the network is read. */
function requireFit(file: string, { name, shape }: OnnxValueInfo, { size, offset }: FeaturePreprocessing): void {
  const made = ["N", offset.length, ...(size === "native" ? ["H", "W"] : [size.height, size.width])];
  const fits =
    shape.length === 4 &&
    shape.every((extent, i) => typeof extent === "string" || typeof made[i] === "string" || extent === made[i]);
  if (fits) return;
  throw new ShapeError({
    where: `${file}, input "${name}"`,
    expected: `images [${made.join(", ")}], which the preprocessing makes`,
    received: `a network for [${shape.join(", ")}]`,
    fix: "Give the preprocessing that this network was trained with.",
  });
}

function requireFinite(file: string, data: Float32Array): void {
  if (data.every((value) => Number.isFinite(value))) return;
  throw new DataError({
    where: file,
    expected: "features that are numbers",
    received: "NaN or infinity",
    fix: "Check the images for NaN, and whether the preprocessing is the one that this network was trained with.",
  });
}
