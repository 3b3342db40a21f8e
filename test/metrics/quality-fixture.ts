import { readFileSync } from "node:fs";
import type { Plane } from "../../src/core/plane.ts";

interface StoredArray {
  readonly dtype: "float64" | "float32" | "uint8";
  readonly shape: readonly [rows: number, columns: number];
  readonly base64: string;
}

const arrayTypes = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array } as const;

/** What `make.py` of a folder below `fixtures/` has written, by name. */
export function storedFixture(folder: string, name: string) {
  const file = new URL(`../../fixtures/${folder}/${name}.json`, import.meta.url);
  const entries = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const stored = (key: string) => {
    const { dtype, shape, base64 } = entries[key] as StoredArray;
    const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
    return { data: new arrayTypes[dtype](bytes.buffer), shape };
  };
  return {
    value: <T>(key: string) => entries[key] as T,
    doubles: (key: string): Float64Array => Float64Array.from(stored(key).data),
    plane(key: string): Plane {
      const { data, shape } = stored(key);
      return { data: Float32Array.from(data), height: shape[0], width: shape[1] };
    },
    features(key: string) {
      const { data, shape } = stored(key);
      return { data: Float32Array.from(data), count: shape[0], dimensions: shape[1] };
    },
  };
}

/** Part of a plane. */
export function cropped({ data, width }: Plane, y0: number, y1: number, x0: number, x1: number): Plane {
  const rows = Array.from({ length: y1 - y0 }, (_, y) => [
    ...data.subarray((y0 + y) * width + x0, (y0 + y) * width + x1),
  ]);
  return { data: Float32Array.from(rows.flat()), height: y1 - y0, width: x1 - x0 };
}
