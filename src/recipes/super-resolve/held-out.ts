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

/** Fewer spare fields than this say too little of how real images differ. */
const FEWEST_SPARE = 10;

/**
 * Patches of sharp fields that nothing learned from: what generated images are held against. The same whenever asked.
 *
 * They come from the spare fields, which the same lottery left out that drew those to learn from, so that nothing but chance sets them apart. Where
 * too few are spare, the test fields serve as well, which may lie elsewhere and look otherwise.
 */
export function heldOutPatches(
  { seed, generator }: SuperResolveRecipe,
  { spare, test }: Fields,
  count: number,
): RealPatch[] {
  const stream = random(seed).fork("held-out patches");
  const fields = stream.fork("order").shuffle(spare.length < FEWEST_SPARE ? [...spare, ...test] : [...spare]);
  return Array.from({ length: count }, (_, i) => {
    const { high, name } = fields[i % fields.length]!;
    return { image: cropPlane(high, generator.patchPx, stream.fork(i)), group: name };
  });
}
