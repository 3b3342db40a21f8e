/** Arrays whose numbers are known while a model is read: shapes, axes, small constants. They never reach the graph unless a rule asks. */

import { FormatError } from "../../core/errors.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { halfToFloat } from "../../onnx/half-to-float.ts";
import type { OnnxDataType, OnnxTensor } from "../../onnx/model.ts";

/** Row-major numbers of any ONNX kind, as doubles: exact for every integer that a shape can hold. */
export interface HostArray {
  readonly dataType: OnnxDataType;
  readonly shape: Shape;
  readonly numbers: ArrayLike<number>;
}

/** Most numbers that are worked out while reading: position tables need thousands, attacks claim billions. */
const MAX_NUMBERS = 2 ** 22;

/** Whether numbers of this kind can be differentiated. */
export function isReal(dataType: OnnxDataType): boolean {
  return dataType === "float32" || dataType === "float16" || dataType === "float64";
}

/** Array of new numbers, rounded as their kind rounds them. @throws {@link FormatError} when it would be absurdly large */
export function hostArray(
  dataType: OnnxDataType,
  shape: Shape,
  numberAt: (index: number) => number,
  where = "reading a model",
): HostArray {
  const size = requireModestSize(shape, where);
  const numbers = new Float64Array(size);
  const round = roundings[dataType];
  for (let i = 0; i < size; i++) numbers[i] = round(numberAt(i));
  return { dataType, shape, numbers };
}

/** Number of elements, if that many may be worked out while reading. @throws {@link FormatError} */
export function requireModestSize(shape: Shape, where: string): number {
  const size = sizeOf(shape);
  if (shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) && size <= MAX_NUMBERS) return size;
  throw new FormatError({
    where,
    expected: `a constant of at most ${MAX_NUMBERS} numbers`,
    received: `[${shape.join(", ")}]`,
    fix: "The file is broken, or computes a large table from nothing: store the table in the model instead.",
  });
}

/** Numbers of a tensor in the file; half precision becomes what it stands for. */
export function hostOf({ dataType, shape, data }: OnnxTensor): HostArray {
  if (data instanceof BigInt64Array) return { dataType, shape, numbers: Float64Array.from(data, Number) };
  return { dataType, shape, numbers: dataType === "float16" ? Float32Array.from(data, halfToFloat) : data };
}

/** Numbers as the engine computes with them. */
export function float32Of({ numbers }: HostArray): Float32Array {
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}

/** Half precision is computed in single precision here, so nothing is lost on the way. */
const roundings: Readonly<Record<OnnxDataType, (number: number) => number>> = {
  float32: Math.fround,
  float16: Math.fround,
  float64: (number) => number,
  int8: (number) => (Math.trunc(number) << 24) >> 24,
  uint8: (number) => Math.trunc(number) & 0xff,
  int32: (number) => Math.trunc(number) | 0,
  int64: (number) => Math.trunc(number) + 0,
  bool: (number) => (number === 0 ? 0 : 1),
};
