import { fromBinary } from "@bufbuild/protobuf";
import { FormatError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { alignedCopy, dataTypeOfCode, dataTypes, nameOfCode } from "./data-types.ts";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./generated/onnx_pb.js";
import type {
  Attribute,
  OnnxDataType,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxTensorData,
  OnnxValueInfo,
} from "./model.ts";

/** What a tensor says about its numbers in a second file: `location`, and perhaps `offset` and `length`, as the texts they are. */
export type ExternalReference = Readonly<Record<string, string>>;

/**
 * Bytes that a tensor keeps in a second file.
 *
 * @param expected how many bytes the tensor's shape needs, and how errors name the tensor
 * @throws {@link FormatError} when they cannot be had
 */
export type ExternalData = (
  reference: ExternalReference,
  expected: { readonly bytes: number; readonly where: string },
) => Uint8Array;

/** How to read a model. */
export interface DecodeOptions {
  /** Leads every error, such as a file name. */
  readonly where?: string;
  /** Gives the bytes of weights kept in further files; without it, such models are refused. {@link readModel} brings it along. */
  readonly externalData?: ExternalData;
}

/**
 * The model in the bytes of an ONNX file, with arrays of its own.
 *
 * Weights are understood in all forms of the standard: raw bytes, lists of numbers and, with `externalData`, further files. Nothing is
 * allocated on the word of a header: a shape must agree with the bytes that are really there.
 *
 * @throws {@link FormatError} when the bytes are no ONNX model, end too early, contradict themselves, or use what {@link OnnxModel}
 *   leaves out
 */
export function decodeModel(bytes: Uint8Array, { where = "ONNX model", externalData }: DecodeOptions = {}): OnnxModel {
  const model = parsed(bytes, where);
  const { graph } = model;
  if (graph === undefined) throw new FormatError({ where, expected: "a graph", received: "none", fix: REPLACE_FILE });
  if (model.irVersion < 3n || model.opsetImport.length === 0)
    throw new FormatError({
      where,
      expected: "IR version 3 or later with an operator set",
      received: `IR version ${model.irVersion} with ${model.opsetImport.length} operator sets`,
    });
  refuse(where, "model-local functions", model.functions.length > 0, "Inline them, e.g. with onnx.inliner in Python.");
  refuse(where, "sparse weights", graph.sparseInitializer.length > 0);
  refuseSubgraphs(where, graph.node);
  const domains = model.opsetImport.map(({ domain }) => domain);
  refuse(where, "one operator set in two versions", new Set(domains).size < domains.length, REPLACE_FILE);
  return {
    irVersion: integer(model.irVersion, `${where}: IR version`),
    opsets: Object.fromEntries(
      model.opsetImport.map(({ domain, version }) => [domain, integer(version, `${where}: operator set "${domain}"`)]),
    ),
    name: graph.name,
    nodes: graph.node.map((node) => nodeOf(node, where)),
    initializers: graph.initializer.map((tensor) => tensorOf(tensor, where, externalData)),
    inputs: graph.input.map((info) => valueInfoOf(info, where)),
    outputs: graph.output.map((info) => valueInfoOf(info, where)),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
  };
}

const REPLACE_FILE = "Check that the file is complete and really an ONNX model.";

function parsed(bytes: Uint8Array, where: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    const received = `${bytes.length} bytes that do not parse (${cause instanceof Error ? cause.message : cause})`;
    throw new FormatError({ where, expected: "an ONNX model", received, fix: REPLACE_FILE, cause });
  }
}

function refuse(where: string, what: string, present: boolean, fix = "Export the model without them."): void {
  if (present) throw new FormatError({ where, expected: `a model without ${what}`, received: `one with ${what}`, fix });
}

/** Names every node with a graph inside at once: who exports the model anew wants to know all of them. */
function refuseSubgraphs(where: string, nodes: readonly NodeProto[]): void {
  const found = nodes.flatMap(({ opType, name, attribute }) =>
    attribute.flatMap(({ name: key, type }) =>
      type === AttributeType.GRAPH || type === AttributeType.GRAPHS ? [`${opType} "${name}" (${key})`] : [],
    ),
  );
  if (found.length > 0)
    throw new FormatError({
      where,
      expected: "a flat graph",
      received: `graphs inside nodes: ${listed(found)}`,
      fix: "Export the model for fixed shapes and without loops or branches (If, Loop, Scan).",
    });
}

/** Names in a row, of which the first {@link MAX_LISTED} are spelled out. */
function listed(names: readonly string[]): string {
  const rest = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

const MAX_LISTED = 12;

/** The ends of int64 stand for "as far as it goes", in slices for example. They become the ends of what a double counts exactly. */
const ENDS: ReadonlyMap<bigint, number> = new Map([
  [2n ** 63n - 1n, Number.MAX_SAFE_INTEGER],
  [-(2n ** 63n), Number.MIN_SAFE_INTEGER],
]);

function attributeInteger(value: bigint, where: string): number {
  return ENDS.get(value) ?? integer(value, where);
}

function integer(value: bigint, where: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new FormatError({ where, expected: "an integer within ±2⁵³", received: `${value}` });
  return number;
}

function nodeOf(node: NodeProto, place: string): OnnxNode {
  const where = `${place}: ${node.opType} "${node.name}"`;
  return {
    opType: node.opType,
    domain: node.domain,
    name: node.name,
    inputs: node.input,
    outputs: node.output,
    attributes: Object.fromEntries(node.attribute.map((attribute) => [attribute.name, attributeOf(attribute, where)])),
  };
}

function attributeOf(attribute: AttributeProto, place: string): Attribute {
  const where = `${place}, attribute ${attribute.name}`;
  switch (attribute.type) {
    case AttributeType.INT:
      return { type: "int", value: attributeInteger(attribute.i, where) };
    case AttributeType.INTS:
      return { type: "ints", value: attribute.ints.map((value) => attributeInteger(value, where)) };
    case AttributeType.FLOAT:
      return { type: "float", value: attribute.f };
    case AttributeType.FLOATS:
      return { type: "floats", value: attribute.floats };
    case AttributeType.STRING:
      return { type: "string", value: text(attribute.s, where) };
    case AttributeType.STRINGS:
      return { type: "strings", value: attribute.strings.map((bytes) => text(bytes, where)) };
    case AttributeType.TENSOR:
      if (attribute.t) return { type: "tensor", value: tensorOf(attribute.t, where) };
  }
  throw new FormatError({
    where,
    expected: "an integer, a real number, a text, a list of these, or a tensor",
    received: AttributeType[attribute.type] ?? `attribute kind ${attribute.type}`,
    fix: "Types and sparse tensors as attributes are not supported: export the model without them.",
  });
}

function text(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError({ where, expected: "text in UTF-8", received: "other bytes", cause });
  }
}

function tensorOf(message: TensorProto, place: string, externalData?: ExternalData): OnnxTensor {
  const where = `${place}: tensor "${message.name}"`;
  refuse(where, "tensors in segments", message.segment !== undefined);
  const dataType = supportedDataType(message.dataType, where);
  const shape = message.dims.map((extent) => integer(extent, where));
  if (shape.some((extent) => extent < 0) || !Number.isSafeInteger(sizeOf(shape)))
    throw new FormatError({ where, expected: "a possible shape", received: formatShape(shape), fix: REPLACE_FILE });
  const data = numbersOf(message, { dataType, shape, where, externalData });
  if (data.length !== sizeOf(shape))
    throw new FormatError({
      where,
      expected: `numbers for the shape ${formatShape(shape)}`,
      received: `${data.length} numbers`,
      fix: REPLACE_FILE,
    });
  return { name: message.name, dataType, shape, data };
}

function numbersOf(
  message: TensorProto,
  options: {
    readonly dataType: OnnxDataType;
    readonly shape: Shape;
    readonly where: string;
    readonly externalData: ExternalData | undefined;
  },
): OnnxTensorData {
  const { dataType, shape, where, externalData } = options;
  if (message.dataLocation !== DataLocation.EXTERNAL && message.externalData.length === 0)
    return message.rawData.length > 0 ? rawNumbers(message.rawData, dataType, where) : listedNumbers(message, dataType);
  if (!externalData)
    throw new FormatError({
      where,
      expected: "weights inside the model",
      received: "a reference to a second file",
      fix: "Read it from its folder with readModel, or save it in one file: onnx.save(onnx.load(path), path) in Python.",
    });
  const entries = message.externalData.map(({ key, value }) => [key, value] as const);
  const bytes = sizeOf(shape) * dataTypes[dataType].array.BYTES_PER_ELEMENT;
  return rawNumbers(externalData(Object.fromEntries(entries), { bytes, where }), dataType, where);
}

function supportedDataType(code: number, where: string): OnnxDataType {
  const dataType = dataTypeOfCode(code);
  if (dataType) return dataType;
  throw new FormatError({
    where,
    expected: `one of ${Object.keys(dataTypes).join(", ")}`,
    received: nameOfCode(code),
    fix: "Export the model in float32.",
  });
}

function rawNumbers(bytes: Uint8Array, dataType: OnnxDataType, where: string): OnnxTensorData {
  const { array } = dataTypes[dataType];
  if (bytes.length % array.BYTES_PER_ELEMENT !== 0)
    throw new FormatError({
      where,
      expected: `whole ${dataType} numbers`,
      received: `${bytes.length} bytes`,
      fix: REPLACE_FILE,
    });
  return new array(alignedCopy(bytes));
}

/** Numbers in the list that the standard keeps for their kind; small kinds share the one of int32. */
function listedNumbers(
  { floatData, doubleData, int64Data, int32Data }: TensorProto,
  dataType: OnnxDataType,
): OnnxTensorData {
  switch (dataType) {
    case "float32":
      return Float32Array.from(floatData);
    case "float64":
      return Float64Array.from(doubleData);
    case "int64":
      return BigInt64Array.from(int64Data);
    default:
      return dataTypes[dataType].array.from(int32Data);
  }
}

function valueInfoOf(info: ValueInfoProto, place: string): OnnxValueInfo {
  const where = `${place}: value "${info.name}"`;
  const kind = info.type?.value;
  if (kind?.case !== "tensorType" || kind.value.shape === undefined)
    throw new FormatError({
      where,
      expected: "a tensor with a shape",
      received: kind?.case === "tensorType" ? "a tensor without one" : (kind?.case ?? "no type"),
      fix: "Export the model with the shapes of its inputs and outputs.",
    });
  const shape = kind.value.shape.dim.map(({ value: extent }) =>
    extent.case === "dimValue" ? integer(extent.value, where) : (extent.value ?? ""),
  );
  if (shape.some((extent) => typeof extent === "number" && extent < 0))
    throw new FormatError({
      where,
      expected: "extents of 0 or more",
      received: `[${shape.join(", ")}]`,
      fix: "Give extents that vary a name instead of a negative number, with onnx.tools.update_model_dims for example.",
    });
  return { name: info.name, dataType: supportedDataType(kind.value.elemType, where), shape };
}
