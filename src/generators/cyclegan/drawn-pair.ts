import type { LabelMap, Plane } from "../../core/plane.ts";

/** A drawn label map with the simulator's image of it. */
export interface DrawnPair {
  readonly labels: LabelMap;
  /** Canonical plane, 0…1, of the size of the label map. */
  readonly image: Plane;
}
