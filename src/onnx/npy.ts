import { type DataType, dataTypeOf, type Tensor, type TensorData } from "../core/tensor.ts";
import { bytesOf } from "./data-types.ts";

/** How NumPy writes the kinds, little-endian. */
const descriptions = { float32: "<f4", int32: "<i4", int64: "<i8", uint8: "|u1" } as const satisfies Record<
  DataType,
  string
>;

/** The header fills up to a multiple of this, so that the numbers are aligned. */
const ALIGNMENT = 64;

/**
 * Bytes of a NumPy file (`.npy`, version 1.0, row-major), byte for byte as `numpy.save` writes them.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy({ data, shape }: Tensor<TensorData>): Uint8Array {
  const extents = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descriptions[dataTypeOf(data)]}', 'fortran_order': False, 'shape': ${extents}, }`;
  const preamble = 10; // magic, version and the header's length
  const total = Math.ceil((preamble + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(total + data.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, total - preamble, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(total - preamble - 1)}\n`), preamble);
  bytes.set(bytesOf(data), total);
  return bytes;
}
