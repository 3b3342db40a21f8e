import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { GraphError, ShapeError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import { bytesOf, dataTypes } from "./data-types.ts";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./generated/onnx_pb.js";
import type { Attribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from "./model.ts";

/** Protobuf, and with it onnxruntime, refuses files of 2 GiB; what is left over holds everything but the weights. */
const MAX_WEIGHT_BYTES = 2e9;

/** How to write a file. */
export interface EncodeOptions {
  /** Initializers whose numbers the file leaves out, by name: whoever opens it hands them over. */
  readonly numbersElsewhere?: ReadonlySet<string>;
}

/**
 * Bytes of an ONNX file.
 *
 * Weights are copied once, straight to their place: nested protobuf messages would copy them once per level. The graph comes last,
 * so that a file cut short anywhere cannot be read.
 *
 * @throws {@link ShapeError} when a tensor's numbers do not fill its shape
 * @throws {@link GraphError} when an array is not of the kind it claims, an attribute is not an integer where it must be, or the
 *   file would be too large for protobuf
 */
export function encodeModel(model: OnnxModel, { numbersElsewhere = new Set() }: EncodeOptions = {}): Uint8Array {
  const inside = model.initializers.filter(({ name }) => !numbersElsewhere.has(name));
  const weightBytes = inside.reduce((total, { data }) => total + data.byteLength, 0);
  if (weightBytes > MAX_WEIGHT_BYTES)
    throw new GraphError({
      where: `ONNX model "${model.name}"`,
      expected: "weights below 2 GB",
      received: `${(weightBytes / 1e9).toFixed(1)} GB`,
      fix: "Use a smaller network.",
    });
  const header = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(model.irVersion),
      producerName: "fantascope",
      opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version: BigInt(version) })),
      metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    }),
  );
  const graphWithoutWeights = toBinary(
    GraphProtoSchema,
    create(GraphProtoSchema, {
      name: model.name,
      node: model.nodes.map(nodeMessage),
      input: model.inputs.map(valueInfoMessage),
      output: model.outputs.map(valueInfoMessage),
    }),
  );
  const weights = model.initializers.flatMap((tensor) => {
    const isElsewhere = numbersElsewhere.has(tensor.name);
    const message = tensorMessage(tensor, { withNumbers: false });
    return field(GraphProtoSchema.field.initializer.number, [
      toBinary(TensorProtoSchema, create(TensorProtoSchema, isElsewhere ? { ...message, ...elsewhere() } : message)),
      ...(isElsewhere ? [] : field(TensorProtoSchema.field.rawData.number, [bytesOf(tensor.data)])),
    ]);
  });
  const graph = field(ModelProtoSchema.field.graph.number, [graphWithoutWeights, ...weights]);
  return joined([header, ...graph]);
}

/** What an initializer without numbers says; the standard wants some place. */
function elsewhere() {
  const location = create(StringStringEntryProtoSchema, { key: "location", value: "memory" });
  return { dataLocation: DataLocation.EXTERNAL, externalData: [location] };
}

/** A length-delimited protobuf field whose content is the pieces in a row. */
function field(number: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  return [new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(byteLength(pieces)).finish(), ...pieces];
}

function byteLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((total, piece) => total + piece.length, 0);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(byteLength(pieces));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

function nodeMessage(node: OnnxNode): MessageInitShape<typeof NodeProtoSchema> {
  return {
    opType: node.opType,
    domain: node.domain,
    name: node.name,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => ({
      name,
      ...attributeMessage(attribute, `${node.opType} "${node.name}", attribute ${name}`),
    })),
  };
}

function attributeMessage(attribute: Attribute, where: string): MessageInitShape<typeof AttributeProtoSchema> {
  switch (attribute.type) {
    case "int":
      return { type: AttributeType.INT, i: integer(attribute.value, where) };
    case "ints":
      return { type: AttributeType.INTS, ints: attribute.value.map((value) => integer(value, where)) };
    case "float":
      return { type: AttributeType.FLOAT, f: attribute.value };
    case "floats":
      return { type: AttributeType.FLOATS, floats: [...attribute.value] };
    case "string":
      return { type: AttributeType.STRING, s: new TextEncoder().encode(attribute.value) };
    case "strings":
      return { type: AttributeType.STRINGS, strings: attribute.value.map((value) => new TextEncoder().encode(value)) };
    case "tensor":
      return { type: AttributeType.TENSOR, t: tensorMessage(attribute.value, { withNumbers: true }) };
  }
}

function integer(value: number, where: string): bigint {
  if (!Number.isSafeInteger(value)) throw new GraphError({ where, expected: "an integer", received: `${value}` });
  return BigInt(value);
}

function tensorMessage(
  tensor: OnnxTensor,
  { withNumbers }: { withNumbers: boolean },
): MessageInitShape<typeof TensorProtoSchema> {
  const { name, shape, data } = tensor;
  const { code, array } = dataTypes[tensor.dataType];
  const where = `ONNX tensor "${name}"`;
  if (!(data instanceof array))
    throw new GraphError({ where, expected: `${array.name} for ${tensor.dataType}`, received: data.constructor.name });
  if (data.length !== sizeOf(shape))
    throw new ShapeError({
      where,
      expected: `${sizeOf(shape)} numbers for ${formatShape(shape)}`,
      received: `${data.length}`,
    });
  const message = { name, dataType: code, dims: shape.map((extent) => integer(extent, where)) };
  return withNumbers ? { ...message, rawData: bytesOf(data) } : message;
}

function valueInfoMessage(info: OnnxValueInfo): MessageInitShape<typeof ValueInfoProtoSchema> {
  const where = `ONNX value "${info.name}"`;
  const dim = info.shape.map((extent) =>
    typeof extent === "string"
      ? { value: { case: "dimParam" as const, value: extent } }
      : { value: { case: "dimValue" as const, value: integer(extent, where) } },
  );
  return {
    name: info.name,
    type: { value: { case: "tensorType", value: { elemType: dataTypes[info.dataType].code, shape: { dim } } } },
  };
}
