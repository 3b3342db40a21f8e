import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { Plane } from "../core/plane.ts";
import type { WorkOptions } from "../core/progress.ts";

/** A feature network that is open. Release it when done. */
export interface FeatureNetwork {
  /** What to call the features, in tables and records, beside every number made with them. */
  readonly name: string;
  /**
   * Features of images, one row per plane.
   *
   * @param planes unit scale 0…1
   * @throws CancelledError when the signal was given
   */
  features(planes: readonly Plane[], options?: WorkOptions): Promise<FeatureMatrix>;
  release(): Promise<void>;
}

/** How feature networks are run. */
export interface FeatureRunOptions {
  readonly threads?: number;
  /** Images, or tiles of them, that go through the network at once. */
  readonly batchSize?: number;
}
