import type { Plane } from "../../core/plane.ts";
import { readImage } from "../../data/formats/index.ts";
import { channelPlane } from "../../data/image.ts";
import { affineFit, affineFitted } from "../../image/affine-fit.ts";
import { standardDeviation } from "../../image/standard-deviation.ts";
import { bicubicEnlargement } from "../../tasks/super-resolve/classical/bicubic.ts";
import type { Fields } from "./fields.ts";
import type { SuperResolveContext } from "./jobs/context.ts";
import { testPairs } from "./test-pairs.ts";

/** A held-out field with what every arm made of it, on the grey levels of the truth. */
export interface Reconstruction {
  readonly name: string;
  readonly truth: Plane;
  /** The poor image on the grid of the truth. */
  readonly low: Plane;
  /** By arm: the result of every seed. */
  readonly results: Readonly<Record<string, readonly Plane[]>>;
}

/** Held-out fields that are shown. */
const SHOWN = 4;

/** What the score jobs left in `predictions/`, for the liveliest held-out fields. */
export async function openReconstructions(context: SuperResolveContext, fields: Fields): Promise<Reconstruction[]> {
  const { plan, folder, recipe } = context;
  const shown = testPairs(context, fields)
    .map((pair, index) => ({ ...pair, index, contrast: standardDeviation(pair.high) }))
    .sort((a, b) => b.contrast - a.contrast)
    .slice(0, SHOWN);
  return Promise.all(
    shown.map(async ({ name, index, high, low }) => {
      const results: Record<string, Plane[]> = {};
      for (const arm of plan.arms)
        for (const seed of arm.sources.length > 0 ? plan.seeds : plan.seeds.slice(0, 1)) {
          const file = folder.file("predictions", `${arm.name}-${seed}`, `${String(index).padStart(3, "0")}.tif`);
          results[arm.name] ??= [];
          results[arm.name]!.push(fitted(high, channelPlane(await readImage(file))));
        }
      return { name, truth: high, low: fitted(high, bicubicEnlargement(low, recipe.scale)), results };
    }),
  );
}

function fitted(truth: Plane, plane: Plane): Plane {
  return affineFitted(plane, affineFit(truth, plane));
}
