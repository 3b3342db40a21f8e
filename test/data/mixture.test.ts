import { describe, expect, it } from "vitest";
import { cached } from "../../src/data/cached.ts";
import type { Item } from "../../src/data/dataset.ts";
import { memoryDataset } from "../../src/data/memory-dataset.ts";
import { mixture } from "../../src/data/mixture.ts";

function items(prefix: string, count: number): Item[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `${prefix}${i}`,
    group: prefix,
    image: { data: new Uint8Array(1024).fill(i), pixelType: "uint8", channels: 1, height: 32, width: 32 },
    annotations: {},
    provenance: { origin: "real", source: prefix },
  }));
}

describe("mixture", () => {
  it("draws equally from parts of different length", async () => {
    const mixed = mixture("both", [memoryDataset("a", items("a", 3)), memoryDataset("b", items("b", 7))]);
    const counts: Record<string, number> = {};
    for (let i = 0; i < mixed.length; i++) {
      const { group } = await mixed.get(i);
      counts[group] = (counts[group] ?? 0) + 1;
    }
    expect(counts.a).toBe(counts.b);
    expect(mixed.length).toBe(14);
  });
});

describe("cached", () => {
  it("reads what fits once, and the rest each time", async () => {
    let reads = 0;
    const source = memoryDataset("a", items("a", 4));
    const counted = {
      ...source,
      get(index: number) {
        reads++;
        return source.get(index);
      },
    };
    const all = cached(counted);
    const some = cached(counted, { maxMb: 2 / 1024 });
    for (let round = 0; round < 3; round++) for (let i = 0; i < 4; i++) expect((await all.get(i)).name).toBe(`a${i}`);
    expect(reads).toBe(4);
    for (let round = 0; round < 3; round++) for (let i = 0; i < 4; i++) await some.get(i);
    expect(reads).toBe(4 + 2 + 2 * 3);
  });
});
