import { random } from "../../core/random.ts";

/** Edge of the tile; a power of two, so that wrapping around is a bit mask. */
export const TILE = 128;
/** Grain of the tile: standard deviation of the Gaussian that correlated it, in tile pixels. */
export const TILE_GRAIN = 2;

/**
 * One endless piece of smooth noise: mean 0, variance 1, periodic in `[128, 128]`.
 *
 * A fixed texture like a table of sines: every nucleus reads it at its own random place, angle and scale.
 */
export const noiseTile = (() => {
  let tile: Float32Array | undefined;
  return () => {
    if (tile) return tile;
    const stream = random(0).fork("chromatin noise tile");
    const white = Float32Array.from({ length: TILE * TILE }, () => stream.normal());
    const taps = Array.from({ length: 8 * TILE_GRAIN + 1 }, (_, i) =>
      Math.exp(-0.5 * ((i - 4 * TILE_GRAIN) / TILE_GRAIN) ** 2),
    );
    // Weights with unit sum of squares keep white noise at variance 1, once per axis.
    const norm = Math.sqrt(taps.reduce((sum, tap) => sum + tap * tap, 0));
    const along = (source: Float32Array, step: number, across: number) =>
      source.map((_, i) => {
        const position = Math.floor(i / step) % TILE;
        const base = i - position * step;
        return taps.reduce(
          (sum, tap, k) => sum + (tap / norm) * source[base + ((position + k - across + TILE) % TILE) * step]!,
          0,
        );
      });
    tile = along(along(white, 1, 4 * TILE_GRAIN), TILE, 4 * TILE_GRAIN);
    return tile;
  };
})();

/** The noise tile at a real position, bilinear. */
export function noiseAt(tile: Float32Array, x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const left = x0 & (TILE - 1);
  const right = (x0 + 1) & (TILE - 1);
  const top = (y0 & (TILE - 1)) * TILE;
  const bottom = ((y0 + 1) & (TILE - 1)) * TILE;
  return (
    (tile[top + left]! * (1 - fx) + tile[top + right]! * fx) * (1 - fy) +
    (tile[bottom + left]! * (1 - fx) + tile[bottom + right]! * fx) * fy
  );
}
