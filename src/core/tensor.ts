import { ShapeError } from "./errors.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

/** The array kinds that reach a network. */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** Number kind of a tensor, spelled as in NumPy. */
export type DataType = "float32" | "int32" | "int64" | "uint8";

/** A typed array with a fixed shape, in row-major order. Values only: it belongs to no device and needs no release. */
export interface Tensor<Data extends TensorData = Float32Array> {
  readonly data: Data;
  readonly shape: Shape;
}

/**
 * Tensor over the given numbers.
 *
 * @throws {@link ShapeError} when the shape does not hold exactly these numbers
 */
export function tensor<Data extends TensorData>(data: Data, shape: Shape): Tensor<Data> {
  if (data.length !== sizeOf(shape))
    throw new ShapeError({
      where: "tensor",
      expected: `${sizeOf(shape)} numbers for ${formatShape(shape)}`,
      received: `${data.length}`,
    });
  return { data, shape };
}

/** Tensor of float32 zeros. */
export function zeros(shape: Shape): Tensor {
  return { data: new Float32Array(sizeOf(shape)), shape };
}

/** Number kind of a tensor's data. */
export function dataTypeOf(data: TensorData): DataType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "uint8";
}

/** One character for each of the 256 bytes; unlike Node's `Buffer`, browsers have it too. */
const oneCharacterPerByte = new TextDecoder("latin1");

/** Bits of an array as a text, a key under which equal arrays meet; -0 and 0 stay apart. */
export function bitsOf(data: TensorData): string {
  return oneCharacterPerByte.decode(data);
}
