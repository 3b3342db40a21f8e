import type { Plane } from "../../core/plane.ts";
import { random } from "../../core/random.ts";
import { cropPlane } from "../../data/crop.ts";
import type { Fields } from "./fields.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** A patch of a field, with the field as its group: patches of one field are not independent. */
export interface RealPatch {
  readonly image: Plane;
  readonly group: string;
}

/** Patches of sharp fields that nothing learned from: what generated images are held against. The same whenever asked. */
export function heldOutPatches(
  { seed, generator }: SuperResolveRecipe,
  { spare, test }: Fields,
  count: number,
): RealPatch[] {
  const stream = random(seed).fork("held-out patches");
  const fields = stream.fork("order").shuffle([...spare, ...test]);
  return Array.from({ length: count }, (_, i) => {
    const { high, name } = fields[i % fields.length]!;
    return { image: cropPlane(high, generator.patchPx, stream.fork(i)), group: name };
  });
}
