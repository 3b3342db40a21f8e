import { resolveRecipe } from "../resolve.ts";
import type { SegmentRecipe } from "./recipe.ts";

/**
 * The recipe of `npm run demo`: the whole line on the stand-in microscope, small enough for five minutes on two cores.
 *
 * Three seeds of every arm stay, because an interval is the point; the curve over labelling effort and the vanilla generator go.
 */
export function demoRecipe({
  minutes = 4,
  workers,
}: {
  readonly minutes?: number;
  readonly workers?: number;
} = {}): SegmentRecipe {
  return resolveRecipe({
    recipe: "segment",
    title: "Demo: nuclei of the stand-in microscope",
    minutes,
    ...(workers === undefined ? {} : { workers }),
    simulate: { pairs: 120 },
    generator: { compareVanilla: false },
    labelledImages: [],
  });
}
