import type { Plane } from "../../core/plane.ts";
import { random } from "../../core/random.ts";
import { poorPartner } from "./degradation.ts";
import type { Fields } from "./fields.ts";
import type { SuperResolveContext } from "./jobs/context.ts";

/** A held-out field, poor and sharp. */
export interface TestPair {
  readonly name: string;
  readonly group: string;
  readonly low: Plane;
  readonly high: Plane;
  /** Whether the poor image was recorded, rather than computed from the sharp one. */
  readonly isMeasured: boolean;
}

/** Held-out pairs: recorded where the data have both, otherwise with a computed poor image, the same for every arm. */
export function testPairs({ recipe, degradation }: SuperResolveContext, { test }: Fields): TestPair[] {
  const stream = random(recipe.seed).fork("test degradation");
  return test.map(({ name, high, low }, index) => ({
    name,
    // Tiles of one recorded image are drawn by themselves in the bootstrap: with one image there would be nothing to draw.
    group: name,
    high,
    low: low ?? poorPartner(high, degradation, stream.fork(index)),
    isMeasured: low !== undefined,
  }));
}
