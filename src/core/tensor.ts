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

/** The same numbers in an array of their own. */
export function copyOf({ data, shape }: Tensor): Tensor {
  return { data: data.slice(), shape };
}
