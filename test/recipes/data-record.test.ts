import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Item } from "../../src/data/dataset.ts";
import { writeDataset } from "../../src/data/write-dataset.ts";
import { realRecord } from "../../src/recipes/data-record.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-data-record-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Folder of images by these names, each of its own grey level. */
async function folderOf(path: string, names: Readonly<Record<string, number>>): Promise<string> {
  async function* items(): AsyncGenerator<Item> {
    for (const [name, grey] of Object.entries(names))
      yield {
        name,
        group: name,
        image: { data: new Uint8Array(16).fill(grey), pixelType: "uint8", channels: 1, height: 4, width: 4 },
        annotations: {},
        provenance: { origin: "synthetic", method: "test", seed: 0, index: grey },
      };
  }
  await writeDataset(join(base, path), items(), { name: "cells" });
  return join(base, path);
}

test("images that were not used change neither number nor hash, and those that were are named", async () => {
  const folder = await folderOf("four", { a: 1, b: 2, c: 3, d: 4 });
  const all = await realRecord(folder, "real, for learning", ["arm"], false);
  expect(all).toMatchObject({ name: "cells", images: 4, objects: 0, labelsUsedBy: ["arm"] });
  const some = await realRecord(folder, "real, for learning", [], false, { images: ["d", "b", "elsewhere"] });
  expect(some).toMatchObject({ name: "cells: b, d", images: 2 });
  const two = await folderOf("two", { b: 2, d: 4 });
  expect(some.hash).toBe((await realRecord(two, "real, for learning", [], false)).hash);
  expect(some.hash).not.toBe(all.hash);
  const many = await realRecord(folder, "real, for learning", [], false, { images: ["a", "b", "c", "d"] });
  expect(many).toEqual({ ...all, labelsUsedBy: [] });
});
