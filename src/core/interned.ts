import { formatShape, type Shape, sameShape } from "./shape.ts";
import { dataTypeOf, type TensorData } from "./tensor.ts";

/** Things by arrays: equal arrays of one shape meet in one thing. */
export interface Interned<Thing> {
  /** What was made for an equal array before, or what `make` makes now. -0 and 0 stay apart, and so do kinds of numbers. */
  of(data: TensorData, shape: Shape, make: () => Thing): Thing;
}

/** Nothing met yet. Arrays are not to be changed afterwards. */
export function interned<Thing>(): Interned<Thing> {
  const known = new Map<string, { readonly bytes: Uint8Array; readonly shape: Shape; readonly thing: Thing }[]>();
  return {
    of(data, shape, make) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const key = `${dataTypeOf(data)} ${formatShape(shape)} ${fingerprint(bytes)}`;
      const alike = known.get(key) ?? [];
      known.set(key, alike);
      const found = alike.find((entry) => sameShape(entry.shape, shape) && sameBytes(entry.bytes, bytes));
      if (found) return found.thing;
      const thing = make();
      alike.push({ bytes, shape, thing });
      return thing;
    },
  };
}

/** FNV-1a, 32 bits. @see Fowler, Noll & Vo; equality is asked of the bytes themselves */
function fingerprint(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
