import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { canonicalEstimate, estimateCanonicalForm, labelsToCanonical, toCanonical } from "../../src/data/canonical.ts";
import { openDataset } from "../../src/data/folder-dataset.ts";
import { channelPlane } from "../../src/data/image.ts";
import { halfMaximumEdges } from "../../src/image/half-maximum-edges.ts";
import { withoutSpecks } from "../../src/image/instance-maps.ts";
import { medianOf } from "../../src/image/median-of.ts";
import { areaWeightedDiameter, classicalSegmentation } from "../../src/image/otsu-watershed.ts";
import { matchingOverThresholds, meanMatchAccuracy, sumMatchingsOverThresholds } from "../../src/metrics/matching.ts";
import { realData } from "../real-data.ts";
import { nucleiScene } from "./scene.ts";

/** A scene as a camera gives it: grey levels from 400 (ground) to 2400. */
function camera(radius: number, seed = 1, size = 200) {
  const { plane, labels } = nucleiScene(random(seed), { size, count: 12, radius });
  return { plane: { ...plane, data: plane.data.map((value) => 400 + 2000 * value) }, labels };
}

describe("canonical form", () => {
  test.each([5, 8, 12, 20])("nuclei of radius %i px become 20 px wide, whatever the camera", (radius) => {
    const { plane, labels } = camera(radius);
    const form = estimateCanonicalForm(plane);
    const truth = areaWeightedDiameter(labels);
    expect(form.diameterPx / truth).toBeGreaterThan(0.95);
    expect(form.diameterPx / truth).toBeLessThan(1.2); // blurred edges of bright, small nuclei lie outside: Otsu on the square root
    // A small nucleus blurred is dimmer than it was: the estimate says what is seen.
    expect(form.background / 410).toBeCloseTo(1, 1);
    expect((form.foreground - 400) / 2000).toBeGreaterThan(radius < 8 ? 0.7 : 0.85);
    expect((form.foreground - 400) / 2000).toBeLessThan(1.02);
    const canonical = toCanonical(plane, form);
    const moved = labelsToCanonical(labels, form);
    expect(areaWeightedDiameter(moved)).toBeGreaterThan(17);
    expect(areaWeightedDiameter(moved)).toBeLessThan(22);
    const inside = (is: boolean) => medianOf(canonical.data.filter((_, i) => moved.data[i]! > 0 === is));
    expect(inside(false)).toBeCloseTo(0.1, 1);
    expect(inside(true)).toBeGreaterThan(0.5);
    expect(inside(true)).toBeLessThan(0.7);
  });

  test("grey levels' gain and offset make no difference", () => {
    const { plane } = camera(8);
    const other = { ...plane, data: plane.data.map((value) => 7 * value + 1000) };
    const [a, b] = [plane, other].map((each) => toCanonical(each, estimateCanonicalForm(each)));
    expect(b!.data).toBeAllclose(a!.data, { absolute: 2e-3 });
  });

  test("the scale stays within 0.35 and 1.8, values within 0 and 1", () => {
    expect(estimateCanonicalForm(camera(60, 2, 300).plane).scale).toBe(0.35);
    expect(estimateCanonicalForm(camera(3, 2, 128).plane).scale).toBe(1.8);
    const { plane } = camera(8);
    const spotted = { ...plane, data: plane.data.map((value, i) => (i === 777 ? 60000 : value)) };
    const { data } = toCanonical(spotted, estimateCanonicalForm(plane));
    expect(Math.max(...data)).toBe(1);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
  });

  test("an image without objects keeps its size, and nothing is infinite", () => {
    const flat = { data: new Float32Array(4096).fill(500), height: 64, width: 64 };
    const { form, labels } = canonicalEstimate(flat);
    expect(labels.data.every((label) => label === 0)).toBe(true);
    expect(form).toMatchObject({ scale: 1, background: 500 });
    expect(toCanonical(flat, form).data.every((value) => Math.abs(value - 0.1) < 1e-6)).toBe(true);
  });
});

describe("classical segmentation", () => {
  test("finds separate discs one by one, dim ones too", () => {
    const levels = random(9);
    const { plane, labels } = nucleiScene(random(4), {
      size: 256,
      count: 20,
      radius: 9,
      bright: () => levels.between(0.4, 1),
    });
    const [at50] = matchingOverThresholds(labels, classicalSegmentation(plane));
    expect([at50!.truePositives, at50!.falsePositives, at50!.falseNegatives]).toEqual([20, 0, 0]);
  });

  test("parts two overlapping discs", () => {
    const data = Float32Array.from({ length: 80 * 80 }, (_, i) => {
      const [y, x] = [Math.floor(i / 80), i % 80];
      return Math.hypot(y - 40, x - 30) <= 12 || Math.hypot(y - 40, x - 50) <= 12 ? 1 : 0;
    });
    const labels = classicalSegmentation({ data, height: 80, width: 80 });
    expect(Math.max(...labels.data)).toBe(2);
    expect(labels.data[40 * 80 + 30]).not.toBe(labels.data[40 * 80 + 50]);
  });

  test("half-maximum edges lie where the discs end, for bright and dim ones alike", () => {
    // Otsu's single threshold makes blurred bright discs too large and dim ones too small.
    const levels = [0.25, 1, 0.5, 1, 0.3, 0.8];
    const { plane, labels } = nucleiScene(random(6), {
      size: 200,
      count: 6,
      radius: 14,
      blur: 2,
      texture: 0.002,
      bright: () => levels.shift()!,
    });
    const otsu = classicalSegmentation(plane);
    const refined = halfMaximumEdges(otsu, plane);
    const score = (predicted: typeof labels) => meanMatchAccuracy(matchingOverThresholds(labels, predicted));
    expect(score(refined)).toBeGreaterThan(score(otsu) + 0.1);
    const area = (map: typeof labels) => map.data.filter((label) => label > 0).length;
    expect(area(refined) / area(labels)).toBeCloseTo(1, 1);
    expect(refined.data.filter((label, i) => label > 0 !== labels.data[i]! > 0).length / area(labels)).toBeLessThan(
      0.06,
    );
  });
});

const sets = ["dsb2018-fluorescence-nuclei", "bbbc039-u2os-nuclei"].map((name) => [name, realData(name)] as const);

test.skipIf(sets.some(([, folder]) => folder === null))(
  "real images: estimated over true diameter (labels only to check), and the baselines' scores",
  async () => {
    for (const [name, folder] of sets) {
      const dataset = await openDataset(join(folder!, "test"));
      const ratios: number[] = [];
      const scores: { [arm: string]: ReturnType<typeof matchingOverThresholds>[] } = { otsu: [], "half maximum": [] };
      for (let i = 0; i < dataset.length; i++) {
        const { image, annotations } = await dataset.get(i);
        const plane = channelPlane(image);
        const truth = withoutSpecks(annotations.instances!, 25);
        const { form, labels } = canonicalEstimate(plane);
        ratios.push(form.diameterPx / areaWeightedDiameter(truth));
        scores.otsu!.push(matchingOverThresholds(truth, labels));
        scores["half maximum"]!.push(matchingOverThresholds(truth, halfMaximumEdges(labels, plane)));
      }
      ratios.sort((a, b) => a - b);
      console.info(
        `${name}/test, estimated / true diameter of ${ratios.length} images: ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}`,
      );
      for (const [arm, each] of Object.entries(scores)) {
        const sum = sumMatchingsOverThresholds(each);
        console.info(
          `  ${arm}: F1@0.5 ${sum[0]!.f1.toFixed(3)}, mean matchAccuracy ${meanMatchAccuracy(sum).toFixed(3)}`,
        );
        expect(sum[0]!.f1).toBeGreaterThan(0.85);
      }
      expect(medianOf(ratios)).toBeGreaterThan(0.95);
      expect(medianOf(ratios)).toBeLessThan(1.15);
      expect(ratios[0]).toBeGreaterThan(0.8);
      expect(ratios.at(-1)).toBeLessThan(1.4);
    }
  },
);
