import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readImage } from "../../src/data/formats/index.ts";
import { bytesOf } from "../../src/data/formats/pixel-type.ts";
import { decodeImages } from "../../src/data/formats/read-image.ts";
import { realData } from "../real-data.ts";

const root = realData(".");
const record: Record<string, { dtype: string; sha256: string }> = JSON.parse(
  readFileSync("fixtures/data/real-tiff.json", "utf8"),
);

test.skipIf(root === null)("real TIFFs of six set-ups have the very pixels that tifffile reads", async () => {
  let compared = 0;
  for (const [name, { dtype, sha256 }] of Object.entries(record)) {
    if (!existsSync(join(root!, name))) continue;
    const hash = createHash("sha256");
    for (const { image } of await decodeImages(join(root!, name))) {
      expect(image.pixelType).toBe(dtype);
      hash.update(bytesOf(image.data));
    }
    expect(hash.digest("hex"), name).toBe(sha256);
    compared++;
  }
  console.info(`${compared} real TIFF files equal to tifffile's reading`);
  expect(compared).toBeGreaterThan(0);
});

test.skipIf(root === null)("MetaMorph's calibration is understood", async () => {
  const name = Object.keys(record).find((path) => path.startsWith("bbbc039"))!;
  expect((await readImage(join(root!, name))).pixelSizeUm).toBeCloseTo(0.645, 9);
});
