import { statSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { CancelledError, ShapeError } from "../../src/core/errors.ts";
import type { FeatureMatrix } from "../../src/core/feature-matrix.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { featureTiles } from "../../src/features/feature-tiles.ts";
import {
  MICROSCOPY_FEATURES,
  microscopyFeatures,
  openMicroscopyFeatures,
} from "../../src/features/microscopy-features.ts";
import { microscopyEmbedding, microscopyNetworkSizes } from "../../src/features/microscopy-network.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { frechetDistance } from "../../src/metrics/frechet-distance.ts";
import { kernelDistance } from "../../src/metrics/kernel-distance.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { simulate } from "../../src/microscope/simulate.ts";
import { parameterCount } from "../../src/nn/parameters.ts";

const { tilePx } = microscopyNetworkSizes;

/** Simulated nuclei on the unit scale, `[96, 96]`. */
function nuclei(count: number, seed: number): Plane[] {
  const stream = random(seed);
  return Array.from({ length: count }, () => {
    const { image } = simulate(fluorescenceNuclei({ height: 96, width: 96 }), stream);
    const data = Float32Array.from(image.data as Uint16Array, (level) => Math.min(1, (level - 90) / 1500));
    return { data, height: 96, width: 96 };
  });
}

const mapped = (planes: readonly Plane[], change: (plane: Plane) => Plane) => planes.map(change);
const noisy = (sigma: number) => {
  const stream = random(9);
  return (plane: Plane): Plane => ({ ...plane, data: plane.data.map((value) => value + sigma * stream.normal()) });
};

let real: FeatureMatrix;
let other: FeatureMatrix;
const planes = nuclei(24, 1);
const others = nuclei(24, 2);

beforeAll(async () => {
  real = await microscopyFeatures(planes);
  other = await microscopyFeatures(others);
});

test("the network that is shipped has the size that its card says", () => {
  const graph = createGraph();
  microscopyEmbedding(graph.input("tiles", [1, 1, tilePx, tilePx]), "inference");
  expect(parameterCount(graph)).toBe(472_256);
  const file = new URL("../../src/features/microscopy-features.safetensors", import.meta.url);
  expect(statSync(file).size).toBeLessThan(4 * 2 ** 20);
  expect(MICROSCOPY_FEATURES).toBe("fantascope-microscopy-v1");
});

test("features do not depend on batches or neighbours, and on one machine are always the same", async () => {
  expect(real).toMatchObject({ count: 24, dimensions: 64 });
  const network = await openMicroscopyFeatures({ batchSize: 5 });
  const backwards = await network.features(planes.slice(0, 7).toReversed());
  await network.release();
  for (let i = 0; i < 7; i++)
    expect(backwards.data.subarray(64 * (6 - i), 64 * (7 - i))).toBeAllclose(real.data.subarray(64 * i, 64 * (i + 1)), {
      absolute: 1e-4,
    });
  expect((await microscopyFeatures(planes.slice(0, 3))).data).toEqual(real.data.subarray(0, 3 * 64));
});

test("an image's features are the mean of those of its tiles, which copy pixels and cover all of them", async () => {
  const large = { ...emptyPlane(70, 150) };
  for (let i = 0; i < large.data.length; i++) large.data[i] = i;
  const tiles = featureTiles(large, 64);
  expect(tiles).toHaveLength(2 * 3); // starts 0 6, and 0 43 86
  expect(new Set(tiles.flatMap((tile) => [...tile])).size).toBe(70 * 150);
  expect(tiles[1]![0]).toBe(43);

  const [first] = planes;
  const found = await microscopyFeatures([first!]);
  const parts = await microscopyFeatures(
    featureTiles(first!, 64).map((data): Plane => ({ data, height: 64, width: 64 })),
  );
  const mean = Float32Array.from({ length: 64 }, (_, k) => {
    let sum = 0;
    for (let n = 0; n < parts.count; n++) sum += parts.data[64 * n + k]! / parts.count;
    return sum;
  });
  expect(found.data).toBeAllclose(mean, { absolute: 1e-4 });
});

test("short sides are mirrored, too short ones refused", async () => {
  const small: Plane = {
    ...emptyPlane(33, 100),
    data: Float32Array.from({ length: 3300 }, (_, i) => Math.floor(i / 100)),
  };
  const [tile] = featureTiles(small, 64);
  expect([32, 33, 63].map((row) => tile![row * 64])).toEqual([32, 32, 2]);
  expect((await microscopyFeatures([emptyPlane(32, 32)])).count).toBe(1);
  await expect(microscopyFeatures([emptyPlane(31, 200)])).rejects.toThrow(ShapeError);
});

test.each([
  ["blur", (plane: Plane) => gaussianBlur(plane, 1)],
  ["noise", noisy(0.02)],
  ["half the light", (plane: Plane): Plane => ({ ...plane, data: plane.data.map((value) => value / 2) })],
])("distances of simulated nuclei grow with %s", async (_name, damage) => {
  const spoilt = await microscopyFeatures(mapped(others, damage));
  expect(frechetDistance(real, spoilt)).toBeGreaterThan(1.3 * frechetDistance(real, other));
  expect(kernelDistance(real, spoilt)).toBeGreaterThan(3 * Math.abs(kernelDistance(real, other)));
});

test("a request to stop is heard", async () => {
  const stop = new AbortController();
  const heard: number[] = [];
  const onProgress = ({ done }: { done: number }) => {
    heard.push(done);
    if (done === 2) stop.abort();
  };
  await expect(microscopyFeatures(planes, { onProgress, signal: stop.signal })).rejects.toThrow(CancelledError);
  expect(heard).toEqual([1, 2]);
});
