import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CLASSES, exposure, MEASURES } from "../../scripts/features/exposures.ts";
import { phaseScrambled } from "../../scripts/features/phase-scramble.ts";
import { featureTraining } from "../../scripts/features/training.ts";
import { whitening } from "../../scripts/features/whitening.ts";
import { drawnSpecimen, STRUCTURES } from "../../scripts/specimens/drawn-specimen.ts";
import { specimenShelf } from "../../scripts/specimens/specimen-shelf.ts";
import { random } from "../../src/core/random.ts";
import { fft2d } from "../../src/image/fft2d.ts";

const folder = mkdtempSync(join(tmpdir(), "fantascope-features-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a specimen is the same whenever it is drawn, and every kind comes", () => {
  const seen = new Set(Array.from({ length: 30 }, (_, i) => drawnSpecimen(random(4).fork(i)).structure));
  expect([...seen].sort()).toEqual([...STRUCTURES].sort());
  expect(drawnSpecimen(random(4).fork(2))).toEqual(drawnSpecimen(random(4).fork(2)));
});

test("what the network is asked has an answer of moderate size", () => {
  const shelf = specimenShelf(random(5));
  for (let i = 0; i < 25; i++) {
    const { tile, classes, measures, isKnown } = exposure(shelf, 10, random(6).fork(i));
    expect(classes).toHaveLength(CLASSES.length);
    expect(Math.max(...classes.slice(0, STRUCTURES.length))).toBe(1);
    expect(measures).toHaveLength(MEASURES.length);
    expect(isKnown).toHaveLength(MEASURES.length);
    for (const measure of measures) expect(Math.abs(measure)).toBeLessThan(3);
    expect(tile.data.every((value) => Number.isFinite(value))).toBe(true);
  }
});

test("phase scrambling keeps every frequency's power and all but the mean of the phases", () => {
  const plane = drawnSpecimen(random(7)).emission;
  const scrambled = phaseScrambled(plane, 1, random(8));
  const [before, after] = [fft2d(plane), fft2d(scrambled)];
  const power = ({ re, im }: typeof before) => Float64Array.from(re, (value, i) => Math.hypot(value, im[i]!));
  expect(power(after)).toBeAllclose(power(before), { absolute: 0.02, relative: 1e-4 });
  expect(after.re[0]).toBeCloseTo(before.re[0]!, 2);
  const products = before.re.reduce((sum, value, i) => sum + value * after.re[i]! + before.im[i]! * after.im[i]!, 0);
  const energy = before.re.reduce((sum, value, i) => sum + value ** 2 + before.im[i]! ** 2, 0) - before.re[0]! ** 2;
  expect(Math.abs(products - before.re[0]! ** 2) / energy).toBeLessThan(0.3);
});

test("whitening makes the spread within slides, with a hundredth of its mean added, the same in every direction", () => {
  const stream = random(10);
  const [slides, places, dimensions] = [150, 3, 3];
  const count = slides * places;
  const data = new Float32Array(count * dimensions);
  for (let n = 0, slide = [0, 0]; n < count; n++) {
    if (n % places === 0) slide = [10 * stream.normal(), stream.normal()];
    const [a, b, c] = [stream.normal(), stream.normal(), stream.normal()];
    data.set([5 + 3 * a + slide[0]!, 2 * a + b - slide[1]!, -1 + 0.5 * c + b], n * dimensions);
  }
  const { mean, matrix } = whitening({ data, count, dimensions }, places);
  const axes = [0, 1, 2];
  const average = (rows: number[], i: number) => rows.reduce((sum, n) => sum + data[n * 3 + i]!, 0) / rows.length;
  const all = Array.from({ length: count }, (_, n) => n);
  const groups = Array.from({ length: slides }, (_, s) => all.slice(s * places, (s + 1) * places));
  expect(mean.data).toBeAllclose(
    axes.map((i) => average(all, i)),
    { relative: 1e-4 },
  );
  const covariance = (rows: number[][], freedom: number) =>
    axes.map((i) =>
      axes.map((j) =>
        rows.reduce((sum, group) => {
          const [p, q] = [average(group, i), average(group, j)];
          return sum + group.reduce((part, n) => part + ((data[n * 3 + i]! - p) * (data[n * 3 + j]! - q)) / freedom, 0);
        }, 0),
      ),
    );
  const within = covariance(groups, slides * (places - 1));
  const total = covariance([all], count - 1);
  const ridge = (0.01 * axes.reduce((sum, i) => sum + within[i]![i]!, 0)) / 3;
  const through = (sigma: number[][], added: number, p: number, q: number) =>
    axes.reduce(
      (sum, i) =>
        sum +
        axes.reduce(
          (part, j) =>
            part + matrix.data[i * 3 + p]! * (sigma[i]![j]! + (i === j ? added : 0)) * matrix.data[j * 3 + q]!,
          0,
        ),
      0,
    );
  const unit = through(within, ridge, 0, 0);
  for (const p of axes)
    for (const q of axes) expect(through(within, ridge, p, q) / unit).toBeCloseTo(p === q ? 1 : 0, 4);
  expect(axes.reduce((sum, p) => sum + through(total, 0, p, p) / 3, 0)).toBeCloseTo(1, 3);
});

test("a few steps lower the loss, and a training that is continued ends in the same bits", async () => {
  const losses: number[] = [];
  const settings = { steps: 6, exposures: 4, specimens: 12, random: random(11), peakLearningRate: 3e-3 };
  const whole = await featureTraining({ ...settings, onStep: (_, { loss }) => losses.push(loss!) });
  expect(losses.at(-1)).toBeLessThan(0.95 * losses[0]!);

  const checkpointFile = join(folder, "checkpoint.safetensors");
  const stopped = featureTraining({
    ...settings,
    checkpointFile,
    checkpointEvery: 2,
    onStep: (step) => {
      if (step === 4) throw new Error("killed");
    },
  });
  await expect(stopped).rejects.toThrow("killed");
  const continued = await featureTraining({ ...settings, checkpointFile, checkpointEvery: 2 });
  for (const [name, { data }] of whole) expect(continued.get(name)!.data, name).toEqual(data);
});
