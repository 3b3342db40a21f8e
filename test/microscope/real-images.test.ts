import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { readImage } from "../../src/data/formats/read-image.ts";
import { channelPlane } from "../../src/data/image.ts";
import { calibrate } from "../../src/microscope/calibrate.ts";
import { simulate } from "../../src/microscope/simulate.ts";
import { realData } from "../real-data.ts";

/** Three images of a training part, without its labels. */
async function someImages(folder: string) {
  const images = join(folder, "train", "images");
  const names = readdirSync(images).sort();
  const chosen = names.filter((_, i) => i % Math.ceil(names.length / 3) === 0);
  return Promise.all(chosen.map(async (name) => channelPlane(await readImage(join(images, name)))));
}

describe.each([
  ["dsb2018-fluorescence-nuclei", 8],
  ["bbbc039-u2os-nuclei", 12],
])("calibration on %s", (set, bitDepth) => {
  const folder = realData(set);

  test.skipIf(folder === null)("imitates what the images measure, without a label", async () => {
    const planes = await someImages(folder!);
    const { settings, comparison } = await calibrate(planes);
    expect(settings.fields.length).toBe(planes.length);
    const row = (name: string) => comparison.find((entry) => entry.name === name)!;
    for (const name of ["diameter", "aspect", "brightness", "nearest neighbour"])
      expect(row(name).distance, name).toBeLessThan(0.7); // standard deviations of real
    for (const name of ["coverage", "density", "background noise", "blur"])
      expect(Math.abs(row(name).simulated / row(name).real - 1), name).toBeLessThan(0.5);
    expect(row("histogram").distance).toBeLessThan(0.03); // of the canonical range 0…1
    expect(row("power spectrum").distance).toBeLessThan(0.4); // decades
    expect(settings.fields.every((field) => field.camera.bitDepth === bitDepth)).toBe(true);

    // The camera model gives grey levels back that lie where those of the first image do.
    const { image } = simulate({ ...settings, fields: [settings.fields[0]!] }, random(1));
    const middle = (data: ArrayLike<number>) => Float64Array.from(data).sort()[data.length >> 1]!;
    expect(image.height).toBe(planes[0]!.height);
    expect(Math.abs(middle(image.data) - middle(planes[0]!.data))).toBeLessThan(0.15 * middle(planes[0]!.data) + 4);
  });
});
