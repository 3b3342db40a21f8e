import { expect, test } from "vitest";
import { CancelledError, DataError, FormatError, ShapeError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { openFeatureNetwork } from "../../src/features/open-feature-network.ts";
import { pillowBicubic } from "../../src/features/pillow-bicubic.ts";
import { type FeaturePreprocessing, featurePreprocessings } from "../../src/features/preprocessing.ts";
import { fixture, fixtureFile, planeOf } from "./fixture.ts";

const standIn = fixtureFile("stand-in.onnx");
const { image, ...sizes } = fixture("resize");

test.each(Object.entries(sizes))("bicubic resizing is Pillow's: %s", (_name, expected) => {
  const [height, width] = expected.shape as [number, number];
  const resized = pillowBicubic(planeOf(image!), height, width);
  expect(resized).toMatchObject({ height, width });
  expect(resized.data).toBeAllclose(expected.data as Float32Array, { absolute: 1e-4, relative: 1e-6 });
});

const known = fixture("features");
const names = Object.keys(known).flatMap((key) => (key.startsWith("image/") ? [key.slice("image/".length)] : []));
/** On the unit scale, a third of a grey level off: 8 bits must come first. */
const planes = names.map((name): Plane => {
  const plane = planeOf(known[`image/${name}`]!, 1 / 255);
  return { ...plane, data: plane.data.map((value) => value + 0.33 / 255) };
});
const expected = Float32Array.from(names.flatMap((name) => [...known[`features/${name}`]!.data].map(Number)));

test("features are those of clean-fid's way from file to network, whatever the batches", async () => {
  const heard: number[] = [];
  for (const batchSize of [1, 2, 8]) {
    const network = await openFeatureNetwork(standIn, { batchSize });
    expect(network.name).toBe("stand-in");
    const found = await network.features(planes, { onProgress: ({ done }) => heard.push(done) });
    await network.release();
    expect(found).toMatchObject({ count: names.length, dimensions: 16 });
    expect(found.data).toBeAllclose(expected, { absolute: 2e-5, relative: 1e-4 });
  }
  expect(heard).toEqual([1, 2, 3, 2, 3, 3]);
});

test("maps inside the network are averaged over the image", async () => {
  const network = await openFeatureNetwork(standIn, { output: "maps", name: "means of maps" });
  expect(network.name).toBe("means of maps");
  expect((await network.features(planes)).data).toBeAllclose(expected, { absolute: 2e-5, relative: 1e-4 });
  await network.release();
});

test("unresized pixels reach a network of any size, in sets of mixed sizes too", async () => {
  const preprocessing: FeaturePreprocessing = { ...featurePreprocessings.inceptionFid, size: "native" };
  const native = fixtureFile("any-size.onnx");
  const network = await openFeatureNetwork(native, { preprocessing });
  const together = await network.features(planes);
  for (const [i, plane] of planes.entries()) {
    const alone = await network.features([plane]);
    expect(alone.data).toBeAllclose(together.data.subarray(16 * i, 16 * (i + 1)), { absolute: 1e-5 });
    const resized = pillowBicubic(plane, 40, 40);
    expect((await network.features([resized])).data).not.toBeAllclose(alone.data, { absolute: 1e-2 });
  }
  await network.release();
});

test("wrong files and wrong choices are named", async () => {
  await expect(openFeatureNetwork("nowhere.onnx")).rejects.toThrow(FormatError);
  await expect(openFeatureNetwork(fixtureFile("make.py"))).rejects.toThrow(FormatError);
  await expect(openFeatureNetwork(standIn, { output: "mean" })).rejects.toThrow(
    /a value "mean", got outputs "features"/,
  );
  await expect(openFeatureNetwork(standIn, { input: "images" })).rejects.toThrow(/an input "images", got "image"/);
  const preprocessing = featurePreprocessings.torchvision;
  await expect(openFeatureNetwork(standIn, { preprocessing })).rejects.toThrow(ShapeError);
  await expect(openFeatureNetwork(standIn, { preprocessing })).rejects.toThrow(
    /\[N, 3, 224, 224\].*\[N, 3, 299, 299\]/,
  );
  const grey = { ...featurePreprocessings.inceptionFid, offset: [128], divisor: [128] };
  await expect(openFeatureNetwork(standIn, { preprocessing: grey })).rejects.toThrow(ShapeError);
});

test("images that are no numbers, and a request to stop, are heard", async () => {
  const network = await openFeatureNetwork(standIn, { batchSize: 1 });
  const broken: Plane = { ...emptyPlane(40, 40), data: new Float32Array(1600).fill(Number.NaN) };
  await expect(network.features([broken])).rejects.toThrow(DataError);
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  await expect(network.features(planes, { signal: stop.signal, onProgress })).rejects.toThrow(CancelledError);
  expect(await network.features([])).toMatchObject({ count: 0 });
  await network.release();
});
