import { TensorProto_DataType as Code } from "./generated/onnx_pb.js";
import type { OnnxDataType, OnnxTensorData } from "./model.ts";

/** What stands for a number kind: its code in the standard, and the typed array that holds it. */
interface DataTypeEntry {
  readonly code: Code;
  readonly array: { new (buffer: ArrayBuffer): OnnxTensorData; readonly BYTES_PER_ELEMENT: number };
}

/** The number kinds read and written here. */
export const dataTypes = {
  float32: { code: Code.FLOAT, array: Float32Array },
  float64: { code: Code.DOUBLE, array: Float64Array },
  float16: { code: Code.FLOAT16, array: Uint16Array },
  int8: { code: Code.INT8, array: Int8Array },
  int32: { code: Code.INT32, array: Int32Array },
  int64: { code: Code.INT64, array: BigInt64Array },
  uint8: { code: Code.UINT8, array: Uint8Array },
  bool: { code: Code.BOOL, array: Uint8Array },
} as const satisfies Record<OnnxDataType, DataTypeEntry>;

const byCode = new Map(Object.entries(dataTypes).map(([name, { code }]) => [code as number, name as OnnxDataType]));

/** Number kind of a code of the standard; `undefined` for those not read here. */
export function dataTypeOfCode(code: number): OnnxDataType | undefined {
  return byCode.get(code);
}

/** Name that the standard gives a code, for messages. */
export function nameOfCode(code: number): string {
  return Code[code] ?? `number kind ${code}`;
}

/**
 * The bytes of an array as files keep them, little-endian, without a copy.
 *
 * Every platform that onnxruntime runs on is little-endian, so memory and file agree.
 */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Bytes of a file in memory of their own: numbers may start at an odd place in a file but never in a typed array.
 *
 * Not `bytes.slice()`, which is a view when the bytes are a Node `Buffer`.
 */
export function alignedCopy(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy.buffer;
}
