import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import { emptyPlane, type Plane } from "../../src/core/plane.ts";
import { random } from "../../src/core/random.ts";
import { gaussianBlur } from "../../src/image/gaussian-blur.ts";
import { rankCorrelation } from "../../src/metrics/rank-correlation.ts";
import {
  bicubicEnlargement,
  blankFieldOf,
  disagreementCalibration,
  drawBlankField,
  ensembleOf,
  probeHallucination,
  resolveEnsemble,
  type SuperResolver,
} from "../../src/tasks/super-resolve/index.ts";
import { toyPair } from "./super-resolve-toy.ts";

const { spearman } = JSON.parse(
  readFileSync(new URL("../../fixtures/super-resolve-networks/classical.json", import.meta.url), "utf8"),
);

const plane = (edge: number, value: (i: number) => number): Plane => ({
  data: Float32Array.from({ length: edge ** 2 }, (_, i) => value(i)),
  height: edge,
  width: edge,
});

/** Function of planes where an ensemble of networks is expected. */
function stand(members: ((low: Plane) => Plane)[]): SuperResolver {
  const resolveEach = async (low: Plane) => members.map((member) => member(low));
  return {
    scale: 1,
    members: members.length,
    resolveEach,
    resolve: async (low) => ensembleOf(await resolveEach(low)).mean,
    release: async () => {},
  };
}

describe("ensemble", () => {
  test("mean and standard deviation of the members", async () => {
    const added = (offset: number) => (low: Plane) => ({ ...low, data: low.data.map((v) => v + offset) });
    const { mean, disagreement } = await resolveEnsemble(
      stand([1, 2, 6].map(added)),
      plane(4, (i) => i),
    );
    expect(mean.data).toBeAllclose(Array.from({ length: 16 }, (_, i) => i + 3));
    expect(disagreement.data).toBeAllclose(new Array(16).fill(Math.sqrt((4 + 1 + 9) / 2)));
    await expect(
      resolveEnsemble(
        stand([added(1)]),
        plane(4, () => 0),
      ),
    ).rejects.toThrow(DataError);
  });

  test("ranks correlate as in SciPy, ties included", () => {
    expect(rankCorrelation(spearman.a, spearman.b)).toBeCloseTo(spearman.value, 12);
    expect(rankCorrelation([1, 2, 3], [1, 1, 1])).toBeNaN();
  });

  test("calibration is near 1 where members err by what they differ, and near 0 where disagreement tells nothing", () => {
    const stream = random(3);
    const truth = plane(64, () => 0.5);
    const spread = gaussianBlur(
      plane(64, () => stream.uniform()),
      3,
    ).data.map((v) => (v - 0.4) * 0.5);
    const member = () => ({ ...truth, data: truth.data.map((v, i) => v + Math.max(0, spread[i]!) * stream.normal()) });
    const honest = disagreementCalibration(ensembleOf(Array.from({ length: 5 }, member)), truth);
    expect(honest.rankCorrelation).toBeGreaterThan(0.6);
    // The mean of five independent members errs by 1/√5 of what each does.
    expect(honest.spreadToError).toBeGreaterThan(1.9);
    expect(honest.spreadToError).toBeLessThan(2.6);
    expect(honest.blocks).toBe(256);
    const noise = plane(64, () => stream.normal());
    const disagreement = plane(64, () => Math.abs(stream.normal()));
    expect(Math.abs(disagreementCalibration({ mean: noise, disagreement }, truth).rankCorrelation)).toBeLessThan(0.2);
  });
});

describe("hallucination probe", () => {
  const structured = Array.from({ length: 3 }, (_, i) => toyPair(random(9).fork(i), { edgePx: 64, noise: 0.03 }).low);
  const probe = (resolve: (low: Plane) => Plane, scale: 1 | 2 = 1, low = structured) =>
    probeHallucination(
      { scale, resolve: async (plane) => resolve(plane) },
      { structured: low, random: random(1), fieldPx: 64 },
    );

  test("reads background and noise from images with structure", () => {
    const found = blankFieldOf(structured);
    expect(found.noiseSd).toBeGreaterThan(0.027);
    expect(found.noiseSd).toBeLessThan(0.034);
    expect(found.background).toBeLessThan(0.05);
    const field = drawBlankField({ background: 0.2, noiseSd: 0.1 }, 64, random(2));
    expect(blankFieldOf([field]).noiseSd).toBeCloseTo(0.1, 1);
  });

  test("is quiet for the identity, for enlargement and for smoothing, however noisy the camera", async () => {
    const loud = structured.map((low, i) => {
      const stream = random(70).fork(i);
      return { ...low, data: low.data.map((v) => v + 0.3 * stream.normal()) };
    });
    const contrastBoost = (low: Plane) => ({ ...low, data: low.data.map((v) => 3 * v - 0.1) });
    for (const low of [structured, loud]) {
      expect((await probe((p) => p, 1, low)).reasons).toEqual([]);
      expect((await probe((p) => bicubicEnlargement(p, 2), 2, low)).reasons).toEqual([]);
      expect((await probe((p) => gaussianBlur(p, 1.5), 1, low)).reasons).toEqual([]);
      expect((await probe(contrastBoost, 1, low)).outcome).toBe("quiet");
    }
  });

  test("fires when lines are drawn into noise, and shows them", async () => {
    /** Draws bright ridges wherever smoothed noise passes through its mean, as networks trained on filaments alone do. */
    const drawsLines = (low: Plane): Plane => {
      const smooth = gaussianBlur(low, 3);
      const mean = smooth.data.reduce((a, b) => a + b) / smooth.data.length;
      const sd = Math.sqrt(smooth.data.reduce((a, b) => a + (b - mean) ** 2, 0) / smooth.data.length);
      const ridge = (v: number) => (sd > 1e-6 && Math.abs(v - mean) < 0.15 * sd ? 0.8 : 0);
      return { ...low, data: low.data.map((v, i) => v + ridge(smooth.data[i]!)) };
    };
    const found = await probe(drawsLines);
    expect(found.outcome).toBe("hallucinates");
    expect(found.reasons.join(" ")).toMatch(/as bright as real structure/);
    const [noiseless, , camera] = found.levels;
    expect(noiseless!.after.contrast).toBeLessThan(1e-3);
    expect(camera!.noiseFactor).toBe(1);
    expect(camera!.after.shareAbove).toBeGreaterThan(0.02);
    expect(camera!.before.shareAbove).toBeLessThan(0.002);
    expect(Math.max(...camera!.picture.result.data)).toBeGreaterThan(0.5);
    expect(Math.max(...camera!.picture.field.data)).toBeLessThan(0.3);
    expect(found.limitations.length).toBeGreaterThan(0);
  });

  test("fires on a pattern that is always there, even without noise", async () => {
    const grid = (low: Plane): Plane => {
      const result = emptyPlane(low.height, low.width);
      result.data.forEach((_, i) => {
        result.data[i] = low.data[i]! + ((i % low.width) % 16 < 3 ? 0.4 : 0);
      });
      return result;
    };
    const { reasons } = await probe(grid);
    expect(reasons[0]).toMatch(/^A noiseless blank field comes out with \d+ %/);
  });

  test("the same seed gives the same fields", async () => {
    const [a, b] = [await probe((p) => p), await probe((p) => p)];
    expect(a.levels.map(({ after }) => after)).toEqual(b.levels.map(({ after }) => after));
  });
});
