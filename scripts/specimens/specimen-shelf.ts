import type { Random } from "../../src/core/random.ts";
import { type DrawnSpecimen, drawnSpecimen } from "./drawn-specimen.ts";

/** Specimens by number, each drawn from its own stream when it is first asked for. */
export function specimenShelf(random: Random): (index: number) => DrawnSpecimen {
  const drawn = new Map<number, DrawnSpecimen>();
  return (index) => {
    let found = drawn.get(index);
    if (!found) {
      found = drawnSpecimen(random.fork(index));
      drawn.set(index, found);
    }
    return found;
  };
}
