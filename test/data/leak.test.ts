import { join } from "node:path";
import { expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import type { Item } from "../../src/data/dataset.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { findLeaks } from "../../src/data/leak.ts";
import { memoryDataset } from "../../src/data/memory-dataset.ts";
import { subset } from "../../src/data/split.ts";
import { realData } from "../real-data.ts";
import { nucleiScene } from "./scene.ts";

function item(name: string, data: Float32Array, height: number, width: number): Item {
  return {
    name,
    group: name,
    image: { data, pixelType: "float32", channels: 1, height, width },
    annotations: {},
    provenance: { origin: "real", source: "" },
  };
}

/** The part of an item from (y0, x0) on, with other gain, offset and noise. */
function cutOut({ name, image }: Item, y0: number, x0: number, noise: number): Item {
  const [height, width] = [image.height - y0, image.width - x0];
  const stream = random(5);
  const data = Float32Array.from({ length: height * width }, (_, i) => {
    const value = image.data[(y0 + Math.floor(i / width)) * image.width + x0 + (i % width)]!;
    return 0.6 * value + 3 + noise * stream.normal();
  });
  return item(`copy of ${name}`, data, height, width);
}

const scenes = Array.from({ length: 6 }, (_, i) => {
  const { plane } = nucleiScene(random(100 + i), { size: 160, count: 25 });
  return item(`scene ${i}`, plane.data, 160, 160);
});

test("equal pixels are found under another name", async () => {
  const copy = { ...scenes[2]!, name: "other name" };
  expect(await findLeaks(memoryDataset("a", scenes), memoryDataset("b", [copy]))).toEqual([
    { a: "scene 2", b: "other name", kind: "equal", correlation: 1, shift: [0, 0] },
  ]);
});

test("a shifted, dimmer, noisy cut-out is found, with its shift; other scenes are not", async () => {
  const cuts = scenes.slice(0, 3).map((scene, i) => cutOut(scene, 10 * i, 37, 0.05));
  const leaks = await findLeaks(memoryDataset("a", scenes), memoryDataset("b", cuts));
  expect(leaks.map(({ a, b }) => [a, b]).sort()).toEqual([0, 1, 2].map((i) => [`scene ${i}`, `copy of scene ${i}`]));
  for (const { b, kind, shift } of leaks) {
    expect(kind).toBe("near");
    expect(Math.abs(shift[0] - 10 * Number(b.at(-1)))).toBeLessThanOrEqual(3);
    expect(Math.abs(shift[1] - 37)).toBeLessThanOrEqual(3);
  }
  expect(await findLeaks(memoryDataset("a", scenes.slice(3)), memoryDataset("b", cuts))).toEqual([]);
});

test("noise alone and empty ground are no leak", async () => {
  const noise = (seed: number) => {
    const stream = random(seed);
    return item(
      `noise ${seed}`,
      Float32Array.from({ length: 128 * 128 }, () => 10 + stream.normal()),
      128,
      128,
    );
  };
  expect(await findLeaks(memoryDataset("a", [noise(1), noise(2)]), memoryDataset("b", [noise(3), noise(4)]))).toEqual(
    [],
  );
});

test("beyond maxPairs only equal images are looked for", async () => {
  const b = memoryDataset("b", [scenes[0]!, cutOut(scenes[1]!, 5, 5, 0)]);
  expect((await findLeaks(memoryDataset("a", scenes), b, { maxPairs: 5 })).map(({ kind }) => kind)).toEqual(["equal"]);
});

const bccd = realData("bccd-blood-cells");
test.skipIf(bccd === null)(
  "BCCD: two blood smears are in both parts (seen by eye: refocused, and moved by 45 x 23 px)",
  async () => {
    const train = await openDataset(join(bccd!, "train"));
    const indices = (names: number[], of: typeof train) =>
      names.map((name) =>
        of.entries.findIndex((entry) => entry.name === `BloodImage_${String(name).padStart(5, "0")}`),
      );
    const test = await openDataset(join(bccd!, "test"));
    const leaks = await findLeaks(
      await subset(train, indices([38, 257, 32, 47, 91, 120], train)),
      await subset(test, indices([37, 230, 217, 55, 285, 130], test)),
    );
    expect(leaks.map(({ a, b }) => `${a.slice(-3)} ${b.slice(-3)}`)).toEqual(["038 037", "257 230"]);
  },
);

const dsb = realData("dsb2018-fluorescence-nuclei");
test.skipIf(dsb === null)("DSB 2018: no nuclei image is in both parts", async () => {
  expect(await findLeaks(await openDataset(join(dsb!, "train")), await openDataset(join(dsb!, "test")))).toEqual([]);
});
