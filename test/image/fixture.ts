import { readFileSync } from "node:fs";
import type { LabelMap, Mask, Plane } from "../../src/core/plane.ts";

interface StoredArray {
  readonly dtype: "float64" | "float32" | "uint32" | "uint16" | "uint8";
  readonly shape: readonly [height: number, width: number];
  readonly base64: string;
}

const arrayTypes = {
  float64: Float64Array,
  float32: Float32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;

function stored(entry: unknown) {
  const { dtype, shape, base64 } = entry as StoredArray;
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return { data: new arrayTypes[dtype](bytes.buffer), height: shape[0], width: shape[1] };
}

/** Reference results that `fixtures/image/make.py` has written, by name. */
export function fixture(name: string) {
  const file = new URL(`../../fixtures/image/${name}.json`, import.meta.url);
  const entries = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const entry = (key: string) => {
    if (key in entries) return entries[key];
    throw new Error(`${name}.json has no entry ${key}`);
  };
  return {
    value: <T>(key: string) => entry(key) as T,
    doubles: (key: string): Float64Array => Float64Array.from(stored(entry(key)).data),
    plane(key: string): Plane {
      const array = stored(entry(key));
      return { ...array, data: Float32Array.from(array.data) };
    },
    labels(key: string): LabelMap {
      const array = stored(entry(key));
      return { ...array, data: Uint32Array.from(array.data) };
    },
    mask(key: string): Mask {
      const array = stored(entry(key));
      return { ...array, data: Uint8Array.from(array.data) };
    },
  };
}
