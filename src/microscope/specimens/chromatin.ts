import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { type Distribution, draw } from "../distribution.ts";
import { noiseAt, noiseTile, TILE, TILE_GRAIN } from "./noise-tile.ts";
import type { Footprint } from "./outline.ts";
import type { PlacedNucleus } from "./placement.ts";

/** How stained DNA is spread inside a nucleus. Drawn anew for every nucleus. */
export interface ChromatinSettings {
  /** Standard deviation of the texture as a share of the nucleus' brightness. */
  readonly contrast: Distribution;
  /** Share of the texture's variance in its coarse scale, grain 0.2 diameters; the rest has grain 0.07 diameters. */
  readonly coarseShare: number;
  /** Fall of brightness from centre to edge: 0 is flat, 0.5 a dome, −0.3 a bright rim. */
  readonly dome: Distribution;
  /** Bright spots (chromocentres) per nucleus. */
  readonly foci: Distribution;
  /** Brightness of a spot above its surroundings, as a share of the nucleus' brightness. */
  readonly focusContrast: Distribution;
  /** Dark holes (nucleoli) per nucleus. */
  readonly nucleoli: Distribution;
}

/** Nuclei that meet make room for each other, so of the dimmer one's light only this share is added where they overlap. */
const ADDED_SHARE = 0.5;

interface Spot {
  readonly u: number;
  readonly v: number;
  /** 1 / (2 σ²) in pixels⁻². */
  readonly sharpness: number;
  /** Relative brightness added at its centre; negative for a hole. */
  readonly height: number;
}

/** Whole number with the given mean: the fraction decides by chance. */
const wholeNumber = (mean: number, stream: Random) => Math.floor(mean + stream.uniform());

function spots(count: number, diameterPx: number, size: () => number, height: () => number, stream: Random): Spot[] {
  return Array.from({ length: count }, () => {
    const radius = 0.36 * diameterPx * Math.sqrt(stream.uniform());
    const angle = stream.between(0, 2 * Math.PI);
    const sigma = size() * diameterPx;
    return {
      u: radius * Math.cos(angle),
      v: radius * Math.sin(angle),
      sharpness: 1 / (2 * sigma * sigma),
      height: height(),
    };
  });
}

/**
 * Adds the light of one nucleus to an emission: mean `level · brightness` inside, textured, with an anti-aliased edge.
 *
 * @param footprint pixels of the nucleus with a margin of at least half a pixel
 */
export function chromatin(
  emission: Plane,
  { level, shape }: PlacedNucleus,
  footprint: Footprint,
  { settings, brightness, random: stream }: { settings: ChromatinSettings; brightness: number; random: Random },
): void {
  const { diameterPx } = shape;
  const tile = noiseTile();
  const contrast = draw(settings.contrast, stream);
  const coarse = contrast * Math.sqrt(settings.coarseShare);
  const fine = contrast * Math.sqrt(1 - settings.coarseShare);
  const coarseStep = TILE_GRAIN / (0.1 * diameterPx);
  const fineStep = TILE_GRAIN / Math.max(0.6, 0.035 * diameterPx);
  const [cx, cy, fx, fy] = [0, 0, 0, 0].map(() => stream.between(0, TILE)) as [number, number, number, number];

  const dome = draw(settings.dome, stream);
  // √(1 − ρ²) has mean 2/3 over the disc; the total light must not depend on the profile.
  const domeMean = dome >= 0 ? 1 - dome / 3 : 1 + (2 * dome) / 3;
  const marks = [
    ...spots(
      wholeNumber(draw(settings.foci, stream), stream),
      diameterPx,
      () => stream.between(0.03, 0.065),
      () => draw(settings.focusContrast, stream),
      stream,
    ),
    ...spots(
      wholeNumber(draw(settings.nucleoli, stream), stream),
      diameterPx,
      () => stream.between(0.04, 0.09),
      () => -stream.between(0.25, 0.6),
      stream,
    ),
  ];

  for (let i = 0; i < footprint.count; i++) {
    const edge = Math.min(1, Math.max(0, 0.5 - footprint.outsidePx[i]!));
    if (edge === 0) continue;
    const u = footprint.u[i]!;
    const v = footprint.v[i]!;
    const cap = Math.sqrt(Math.max(0, 1 - footprint.relativeRadius[i]! ** 2));
    const profile = (dome >= 0 ? 1 - dome * (1 - cap) : 1 + dome * cap) / domeMean;
    let relief =
      1 +
      coarse * noiseAt(tile, cx + u * coarseStep, cy + v * coarseStep) +
      fine * noiseAt(tile, fx + u * fineStep, fy + v * fineStep);
    for (const spot of marks) {
      const exponent = ((u - spot.u) ** 2 + (v - spot.v) ** 2) * spot.sharpness;
      if (exponent < 8) relief += spot.height * Math.exp(-exponent);
    }
    const pixel = footprint.index[i]!;
    const light = level * brightness * edge * profile * Math.max(0.1, relief);
    const below = emission.data[pixel]!;
    emission.data[pixel] = Math.max(light, below) + ADDED_SHARE * Math.min(light, below);
  }
}
