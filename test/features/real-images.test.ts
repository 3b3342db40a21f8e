import { dirname } from "node:path";
import { expect, test } from "vitest";
import { realTiles } from "../../bench/features/tiles.ts";
import { random } from "../../src/core/random.ts";
import { openMicroscopyFeatures } from "../../src/features/microscopy-features.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { frechetDistance } from "../../src/metrics/frechet-distance.ts";
import { realData } from "../real-data.ts";

const folder = realData("dsb2018-fluorescence-nuclei");

test.skipIf(folder === null)(
  "on real nuclei, slight blur and faint noise stand out from what two halves of them differ by",
  async () => {
    const tiles = (await realTiles(dirname(folder!), "dsb2018", "train", random(3))).slice(0, 48);
    const [reference, others] = [tiles.slice(0, 24), tiles.slice(24)];
    const stream = random(4);
    const network = await openMicroscopyFeatures();
    const real = await network.features(reference);
    const floor = frechetDistance(real, await network.features(others));
    const blurred = await network.features(others.map((tile) => gaussianBlur(tile, 1)));
    const noisy = await network.features(
      others.map((tile) => ({ ...tile, data: tile.data.map((value) => value + 0.03 * stream.normal()) })),
    );
    await network.release();
    expect(frechetDistance(real, blurred)).toBeGreaterThan(1.15 * floor);
    expect(frechetDistance(real, noisy)).toBeGreaterThan(1.15 * floor);
  },
);
