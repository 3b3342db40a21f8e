import { FormatError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { type DataType, dataTypeOf, type Tensor, type TensorData } from "../core/tensor.ts";
import { alignedCopy, bytesOf } from "./data-types.ts";
import { halfToFloat } from "./half-to-float.ts";

/**
 * safetensors: named arrays in one file that cannot run code when loaded.
 *
 * Eight bytes of header length, the header as JSON, then all numbers without gaps. Written byte for byte as the reference
 * implementation does (wider numbers first, then by name), so equal tensors give equal files.
 *
 * @see https://huggingface.co/docs/safetensors/index#format
 */

/** Limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/** Keys of the four kinds written, wider numbers first. */
const keys = { int64: "I64", float32: "F32", int32: "I32", uint8: "U8" } as const satisfies Record<DataType, string>;
const writeOrder = Object.keys(keys);

/** How the numbers of each kind are read. Those without a {@link DataType} become the nearest: halves and doubles float32. */
const readers: Readonly<Record<string, { bytes: number; read: (buffer: ArrayBuffer) => TensorData }>> = {
  I64: { bytes: 8, read: (buffer) => new BigInt64Array(buffer) },
  F64: { bytes: 8, read: (buffer) => Float32Array.from(new Float64Array(buffer)) },
  F32: { bytes: 4, read: (buffer) => new Float32Array(buffer) },
  I32: { bytes: 4, read: (buffer) => new Int32Array(buffer) },
  F16: { bytes: 2, read: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToFloat) },
  BF16: {
    bytes: 2,
    read: (buffer) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer),
  },
  U8: { bytes: 1, read: (buffer) => new Uint8Array(buffer) },
  BOOL: { bytes: 1, read: (buffer) => new Uint8Array(buffer) },
};

/** Tensors by name, and notes by key. */
export interface Safetensors {
  readonly tensors: Record<string, Tensor<TensorData>>;
  readonly metadata: Record<string, string>;
}

/**
 * Bytes of a safetensors file.
 *
 * @throws {@link ShapeError} when a tensor's numbers do not fill its shape
 * @throws {@link FormatError} when a tensor has the reserved name `__metadata__`
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor<TensorData>>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = Object.entries(tensors)
    .map(([name, tensor]) => ({ name, tensor, dataType: dataTypeOf(tensor.data) }))
    .sort((a, b) => writeOrder.indexOf(a.dataType) - writeOrder.indexOf(b.dataType) || (a.name < b.name ? -1 : 1));

  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let end = 0;
  for (const { name, tensor, dataType } of entries) {
    checkWritable(name, tensor);
    const begin = end;
    end += tensor.data.byteLength;
    header.push([name, { dtype: keys[dataType], shape: tensor.shape, data_offsets: [begin, end] }]);
  }

  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headerBytes);
  let offset = 8 + headerBytes;
  for (const { tensor } of entries) {
    bytes.set(bytesOf(tensor.data), offset);
    offset += tensor.data.byteLength;
  }
  return bytes;
}

function checkWritable(name: string, { data, shape }: Tensor<TensorData>): void {
  const where = `safetensors tensor "${name}"`;
  if (name === "__metadata__")
    throw new FormatError({
      where,
      expected: "another name",
      received: "the one reserved for notes",
      fix: "Rename it.",
    });
  if (data.length !== sizeOf(shape))
    throw new ShapeError({
      where,
      expected: `${sizeOf(shape)} numbers for ${formatShape(shape)}`,
      received: `${data.length}`,
    });
}

/**
 * The tensors in the bytes of a safetensors file, with arrays of their own.
 *
 * Read F32, I32, I64 and U8 as they are; F16, BF16 and F64 as float32 (F64 rounded); BOOL as uint8.
 *
 * @throws {@link FormatError} when the bytes are not such a file, end too early, or lay out tensors with overlaps or gaps; `where`
 *   leads with the given place, such as a file name
 */
export function decodeSafetensors(bytes: Uint8Array, { where = "safetensors" }: { where?: string } = {}): Safetensors {
  const { header, body } = split(bytes, where);
  const metadata = metadataOf(header, where);
  const layouts = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => layoutOf(name, entry, where));
  checkCoverage(layouts, body.length, where);
  const tensors = layouts.map(({ name, shape, begin, end, read }) => {
    return [name, { data: read(alignedCopy(body.subarray(begin, end))), shape }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

interface Layout {
  readonly name: string;
  readonly shape: Shape;
  /** First byte and byte after the last, from the start of the numbers. */
  readonly begin: number;
  readonly end: number;
  readonly read: (buffer: ArrayBuffer) => TensorData;
}

const BROKEN = "Check that the file is complete and really in safetensors form.";

function split(bytes: Uint8Array, where: string): { header: object; body: Uint8Array } {
  if (bytes.length < 8)
    throw new FormatError({ where, expected: "at least 8 bytes", received: `${bytes.length}`, fix: BROKEN });
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const available = Math.min(bytes.length - 8, MAX_HEADER_BYTES);
  if (headerBytes > available)
    throw new FormatError({
      where,
      expected: `a header of at most ${available} bytes`,
      received: `${headerBytes}`,
      fix: BROKEN,
    });
  return { header: jsonObject(bytes.subarray(8, 8 + headerBytes), where), body: bytes.subarray(8 + headerBytes) };
}

function jsonObject(bytes: Uint8Array, where: string): object {
  const expected = "a header that is a JSON object";
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError({ where, expected, received: "other text", fix: BROKEN, cause });
  }
  if (isObject(value)) return value;
  throw new FormatError({ where, expected, received: shown(value), fix: BROKEN });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of a hostile header for a message: never long, and never followed into its depths. */
function shown(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map((entry) => (Array.isArray(entry) ? "[…]" : shown(entry)))}]`;
  return isObject(value) ? "an object" : (JSON.stringify(value) ?? "nothing").slice(0, 40);
}

function metadataOf(header: object, where: string): Record<string, string> {
  const metadata = Object.entries(header).find(([name]) => name === "__metadata__")?.[1] ?? {};
  if (isObject(metadata) && Object.values(metadata).every((value) => typeof value === "string"))
    return metadata as Record<string, string>;
  throw new FormatError({
    where: `${where}: __metadata__`,
    expected: "texts by key",
    received: shown(metadata),
  });
}

function layoutOf(name: string, entry: unknown, place: string): Layout {
  const where = `${place}: tensor "${name}"`;
  const { dtype, shape, data_offsets: offsets } = (isObject(entry) ? entry : {}) as Record<string, unknown>;
  const reader = typeof dtype === "string" && Object.hasOwn(readers, dtype) ? readers[dtype] : undefined;
  if (reader === undefined)
    throw new FormatError({
      where,
      expected: `one of ${Object.keys(readers).join(", ")}`,
      received: `dtype ${shown(dtype)}`,
    });
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw new FormatError({
      where,
      expected: "a shape and two offsets in whole numbers",
      received: `shape ${shown(shape)} and data_offsets ${shown(offsets)}`,
    });
  const [begin, end] = offsets as [number, number];
  if (end - begin !== sizeOf(shape) * reader.bytes)
    throw new FormatError({
      where,
      expected: `${sizeOf(shape) * reader.bytes} bytes for ${dtype} ${formatShape(shape)}`,
      received: `bytes ${begin} to ${end}`,
    });
  return { name, shape, begin, end, read: reader.read };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** Tensors in a row must fill the file exactly: then none overlaps another, reaches outside, or hides bytes. */
function checkCoverage(layouts: readonly Layout[], length: number, where: string): void {
  let covered = 0;
  for (const { name, begin, end } of layouts.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      throw new FormatError({
        where: `${where}: tensor "${name}"`,
        expected: `a start at byte ${covered}, where the one before it ends`,
        received: `${begin}`,
        fix: BROKEN,
      });
    covered = end;
  }
  if (covered !== length)
    throw new FormatError({
      where,
      expected: `${covered} bytes of numbers, as the header says`,
      received: `${length}`,
      fix: BROKEN,
    });
}
