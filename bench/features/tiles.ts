import { readdirSync } from "node:fs";
import { join } from "node:path";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { readImage } from "../../src/data/formats/index.ts";
import { channelPlane, type Image } from "../../src/data/image.ts";
import { percentile } from "../../src/image/percentile.ts";

/** Edge of the tiles that stand for images. */
export const TILE_PX = 128;

/** Which images: those for choices while the network was made, or those that were looked at once, at the end. */
export type Part = "train" | "test";

/** Real images by the name of their set: files below the data folder, and the rows of each that belong to the part (0…1). */
const sets: Readonly<
  Record<string, (part: Part) => { folder: string; isIn: (path: string) => boolean; rows: [number, number] }>
> = {
  dsb2018: (part) => ({ folder: `dsb2018-fluorescence-nuclei/${part}/images`, isIn: () => true, rows: [0, 1] }),
  bbbc039: (part) => ({ folder: `bbbc039-u2os-nuclei/${part}/images`, isIn: () => true, rows: [0, 1] }),
  gigadb: (part) => ({
    folder: "gigadb-low-high-snr/high",
    isIn: (name) => !name.startsWith("nucleus"),
    rows: part === "train" ? [0, 0.75] : [0.76, 1],
  }),
  // Nothing was chosen on phase contrast, so all its fields are for the end
  usiigaci: (part) => ({ folder: "usiigaci-phase-contrast", isIn: () => part === "test", rows: [0, 1] }),
};

/** Names of the sets. */
export const SETS: readonly string[] = Object.keys(sets);

/** All tiles of a set in random order, unit scale: the 0.1th to the 99.9th percentile of each image become 0…1. Tiles without contrast are left out. */
export async function realTiles(root: string, set: string, part: Part, random: Random): Promise<Plane[]> {
  const { folder, isIn, rows } = sets[set]!(part);
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(png|tiff?)$/i.test(name) && !name.includes("instances") && isIn(name))
    .sort();
  const tiles: Plane[] = [];
  for (const file of files) {
    const whole = lightOf(await readImage(join(root, folder, file)));
    const [low, high] = [percentile(whole.data, 0.1), percentile(whole.data, 99.9)];
    const data = whole.data.map((value) => Math.min(1, Math.max(0, (value - low) / Math.max(high - low, 1e-9))));
    tiles.push(...tilesOf({ ...whole, data }, rows));
  }
  return random.shuffle(tiles.filter(hasContrast));
}

/** All channels together: fluorescence saved in colours lies in one of them. */
function lightOf(image: Image): Plane {
  const [first, ...others] = Array.from({ length: image.channels }, (_, channel) => channelPlane(image, channel));
  return { ...first!, data: first!.data.map((value, i) => others.reduce((sum, { data }) => sum + data[i]!, value)) };
}

function tilesOf(plane: Plane, [from, to]: [number, number]): Plane[] {
  const [top, bottom] = [Math.round(from * plane.height), Math.round(to * plane.height)];
  const tiles: Plane[] = [];
  for (let y0 = top; y0 + TILE_PX <= bottom; y0 += TILE_PX)
    for (let x0 = 0; x0 + TILE_PX <= plane.width; x0 += TILE_PX) {
      const tile = emptyPlane(TILE_PX, TILE_PX);
      for (let y = 0; y < TILE_PX; y++)
        tile.data.set(
          plane.data.subarray((y0 + y) * plane.width + x0, (y0 + y) * plane.width + x0 + TILE_PX),
          y * TILE_PX,
        );
      tiles.push(tile);
    }
  return tiles;
}

function hasContrast(tile: Plane): boolean {
  return percentile(tile.data, 99) - percentile(tile.data, 5) > 0.05;
}
