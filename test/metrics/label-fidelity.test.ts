import { describe, expect, it } from "vitest";
import { DataError, ShapeError } from "../../src/core/errors.ts";
import { emptyLabelMap } from "../../src/core/plane.ts";
import { type Random, random } from "../../src/core/random.ts";
import { fidelitySummary } from "../../src/metrics/fidelity-summary.ts";
import { labelFidelity } from "../../src/metrics/label-fidelity.ts";
import { drawn, type Nucleus, nuclei, pictured, witnessed } from "./planted-scene.ts";

/** Objects of every scene that a planted error touches: a fifth of about twenty. */
const touched = 4;

/** A label that is wrong about its first four nuclei. */
const planted = {
  deleted: (objects: readonly Nucleus[]) => objects.slice(touched),
  added: (objects: readonly Nucleus[], stream: Random) => {
    const isFree = (one: Nucleus) => objects.every((other) => Math.hypot(one.y - other.y, one.x - other.x) > 21);
    return [...objects, ...nuclei(stream, { count: 400 }).filter(isFree).slice(0, touched)];
  },
  /** Moved by a quarter of their diameter, each in its own direction. */
  shifted: (objects: readonly Nucleus[], stream: Random) =>
    objects.map((nucleus, index) => {
      if (index >= touched) return nucleus;
      const angle = stream.between(0, 2 * Math.PI);
      const { y, x, radiusY, radiusX } = nucleus;
      return { ...nucleus, y: y + 0.5 * radiusY * Math.sin(angle), x: x + 0.5 * radiusX * Math.cos(angle) };
    }),
};

/** Nuclei, their image, and what three imperfect witnesses see in it. */
const scenes = Array.from({ length: 16 }, (_, seed) => {
  const stream = random(seed);
  const objects = nuclei(stream.fork("nuclei"), { count: 18 });
  const witnesses = [0, 1, 2].map((index) => ({
    name: `witness ${index}`,
    labels: drawn(witnessed(objects, stream.fork("witness", index))),
  }));
  return { seed, objects, image: pictured(drawn(objects), stream.fork("image")), witnesses };
});

/** Audit of a scene under a label made from its nuclei. */
function audited(
  { seed, objects, image, witnesses }: (typeof scenes)[number],
  label: (objects: readonly Nucleus[], stream: Random) => readonly Nucleus[],
  witnessCount = 2,
) {
  const labelled = label(objects, random(seed).fork("plant"));
  const audit = labelFidelity(image, drawn(labelled), witnesses.slice(0, witnessCount));
  const suspects = new Set([...audit.invisible, ...audit.unconfirmed, ...audit.misplaced]);
  return { objects, labelled, audit, suspects };
}

type Planted = keyof typeof planted;
const kinds: readonly Planted[] = ["deleted", "added", "shifted"];
const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;

describe.each([
  { witnesses: 1, cleanKept: 0.6, cleanSuspected: 0.08 }, // one that overlooks one nucleus in twenty is not enough
  { witnesses: 2, cleanKept: 0.95, cleanSuspected: 0.015 },
  { witnesses: 3, cleanKept: 0.95, cleanSuspected: 0.015 },
])("audit with $witnesses imperfect witnesses of 16 images", ({ witnesses, cleanKept, cleanSuspected }) => {
  const audits = (label: Parameters<typeof audited>[1]) => scenes.map((scene) => audited(scene, label, witnesses));
  const clean = audits((objects) => objects);
  const wrong = { deleted: audits(planted.deleted), added: audits(planted.added), shifted: audits(planted.shifted) };

  it(`keeps ${100 * cleanKept} % of clean labels and suspects fewer than ${100 * cleanSuspected} % of their objects`, () => {
    const objects = clean.reduce((sum, { audit }) => sum + audit.judged + audit.missing, 0);
    const suspects = clean.reduce((sum, one) => sum + one.suspects.size + one.audit.missing, 0);
    expect(share(clean.map(({ audit }) => audit.verdict === "keep"))).toBeGreaterThanOrEqual(cleanKept);
    expect(suspects / objects).toBeLessThan(cleanSuspected);
  });

  it.each(kinds)("keeps no image with a fifth of its nuclei %s, and relabels nearly all of them", (kind) => {
    // Some scenes have no room left for four more nuclei.
    const full = wrong[kind].filter(
      ({ objects, labelled }) => kind !== "added" || labelled.length === objects.length + touched,
    );
    expect(full.length).toBeGreaterThanOrEqual(8);
    expect(share(full.map(({ audit }) => audit.verdict !== "keep"))).toBe(1);
    expect(share(full.map(({ audit }) => audit.verdict === "relabel"))).toBeGreaterThanOrEqual(0.9);
  });

  it("finds the very objects: 85 % of the deleted, all of the added, 95 % of the shifted", () => {
    const count = (kind: Planted, number: (one: (typeof clean)[number]) => number) =>
      wrong[kind].reduce((sum, one) => sum + number(one), 0);
    const suspected = (one: (typeof clean)[number], isPlanted: (index: number) => boolean) =>
      one.labelled.filter((_, index) => isPlanted(index) && one.suspects.has(index + 1)).length;

    const deleted = count("deleted", ({ audit }) => Math.min(audit.missing, touched));
    const added = count("added", (one) => suspected(one, (index) => index >= one.objects.length));
    const shifted = count("shifted", (one) => suspected(one, (index) => index < touched));
    expect(deleted / (scenes.length * touched)).toBeGreaterThanOrEqual(0.85);
    expect(added / count("added", (one) => one.labelled.length - one.objects.length)).toBeGreaterThanOrEqual(0.99);
    expect(shifted / (scenes.length * touched)).toBeGreaterThanOrEqual(0.95);
  });
});

describe("labelFidelity", () => {
  const objects = nuclei(random(5), { count: 18 });
  const labels = drawn(objects);
  const image = pictured(labels, random(6));

  it("tells of each witness how it differs from the label", () => {
    const larger = objects.slice(3).map((n) => ({ ...n, radiusY: n.radiusY + 1, radiusX: n.radiusX + 1 }));
    const { witnesses } = labelFidelity(image, labels, [
      { name: "same", labels },
      { name: "larger outlines, three lost", labels: drawn(larger) },
      { name: "blind", labels: emptyLabelMap(160, 160) },
    ]);
    expect(witnesses[0]).toEqual({ name: "same", f1: 1, countDifference: 0, areaBias: 0 });
    expect(witnesses[1]).toMatchObject({ f1: (2 * 15) / (18 + 15), countDifference: -3 });
    expect(witnesses[1]!.areaBias).toBeGreaterThan(0.15); // (11/10)² − 1 = 0.21, less where nuclei meet
    expect(witnesses[1]!.areaBias).toBeLessThan(0.25);
    expect(witnesses[2]).toEqual({ name: "blind", f1: 0, countDifference: -18, areaBias: 0 });
  });

  it("catches a hidden signal that fools the cycle: invisible nuclei that F restores", () => {
    const shown = pictured(drawn(objects.slice(6)), random(7)); // the generator dropped a third
    const audit = labelFidelity(shown, labels, [
      { name: "cycle", labels },
      { name: "segmenter", labels: drawn(witnessed(objects.slice(6), random(8), { lost: 0, invented: 0 })) },
    ]);
    expect(audit.invisible).toEqual([1, 2, 3, 4, 5, 6]);
    expect(audit.invisibleShare).toBeCloseTo(6 / 18, 12);
    expect(audit.verdict).not.toBe("keep");
    expect(audit.readability).toBeLessThan(0.85);
    expect(audit.reasons).toContain("6 labelled without contrast in the image");
  });

  it("catches inverted contrast, which no cycle betrays", () => {
    const inverted = { ...image, data: image.data.map((value) => 0.65 - value) };
    const audit = labelFidelity(inverted, labels, [{ name: "cycle", labels }]);
    expect(audit.invisibleShare).toBe(1);
    expect(audit.verdict).toBe("reject");
  });

  it("rejects an image that witnesses read differently", () => {
    const noise = { ...image, data: image.data.map(() => 0.1 + 0.03 * random(9).normal()) };
    const audit = labelFidelity(noise, labels, [
      { name: "one", labels: drawn(nuclei(random(10))) },
      { name: "another", labels: drawn(nuclei(random(11))) },
    ]);
    expect(audit.fidelity).toBe(0);
    expect(audit.verdict).toBe("reject");
    expect(audit.relabelFrom).toBeUndefined();
  });

  it("relabels from the witness that the others support", () => {
    const truth = drawn(witnessed(objects, random(12), { lost: 0, invented: 0 }));
    const audit = labelFidelity(image, drawn(objects.slice(6)), [
      { name: "half blind", labels: drawn(objects.slice(9)) },
      { name: "good", labels: truth },
      { name: "good too", labels },
    ]);
    expect(audit.verdict).toBe("relabel");
    expect(audit.relabelFrom).toMatch(/^good/);
  });

  it("goes by contrast alone without witnesses, and can then only keep or reject", () => {
    expect(labelFidelity(image, labels, [])).toMatchObject({
      fidelity: 1,
      missing: 0,
      unconfirmed: [],
      verdict: "keep",
    });
    expect(labelFidelity(image, drawn(nuclei(random(13))), []).verdict).toBe("reject");
  });

  it("does not judge slivers at the border, and finds nothing wrong with nothing", () => {
    const sliver = { y: -8.5, x: 60, radiusY: 10, radiusX: 10 }; // a dozen pixels at the border, not in the image
    expect(labelFidelity(image, drawn([...objects, sliver]), [{ name: "same", labels }])).toMatchObject({
      judged: 18,
      fidelity: 1,
    });
    expect(labelFidelity(image, emptyLabelMap(160, 160), [])).toMatchObject({
      judged: 0,
      fidelity: 1,
      invisibleShare: 0,
    });
  });

  it("moves its verdicts with its thresholds", () => {
    const label = drawn(objects.slice(3));
    const witness = [{ name: "true", labels }];
    expect(labelFidelity(image, label, witness).verdict).toBe("relabel");
    expect(labelFidelity(image, label, witness, { keepAbove: 0.8 }).verdict).toBe("keep");
    expect(labelFidelity(image, label, witness, { relabelAbove: 1.1 }).verdict).toBe("reject");
    expect(labelFidelity(image, label, witness, { visibleContrast: 1 }).invisibleShare).toBe(1);
  });

  it("refuses maps of another size", () => {
    expect(() => labelFidelity(image, emptyLabelMap(8, 8), [])).toThrow(ShapeError);
    expect(() => labelFidelity(image, labels, [{ name: "w", labels: emptyLabelMap(8, 8) }])).toThrow(ShapeError);
  });
});

describe("fidelitySummary", () => {
  const audits = [
    ...scenes.slice(0, 3).map((scene) => audited(scene, (objects) => objects).audit),
    audited(scenes[3]!, planted.shifted).audit,
    audited(scenes[4]!, (objects, stream) => nuclei(stream, { count: objects.length })).audit,
  ];

  it("counts fates, gives witnesses as distributions, and leads with the worst", () => {
    const summary = fidelitySummary(audits, { worst: 2 });
    expect(summary).toMatchObject({ images: 5, kept: 3, worst: [4, 3] });
    expect(summary.relabelled + summary.rejected).toBe(2);
    expect(summary.fidelities).toEqual(audits.map(({ fidelity }) => fidelity));
    expect(summary.perImage[3]).toBeCloseTo((audits[3]!.witnesses[0]!.f1 + audits[3]!.witnesses[1]!.f1) / 2, 12);
    const [first] = summary.witnesses;
    const f1s = audits.map(({ witnesses }) => witnesses[0]!.f1).sort((a, b) => a - b);
    expect(first).toMatchObject({ name: "witness 0", medianF1: f1s[2] });
    expect(first!.lowF1).toBeCloseTo(f1s[0]! + 0.4 * (f1s[1]! - f1s[0]!), 12);
    const objects = audits.reduce((sum, { judged }) => sum + judged, 0);
    const invisible = audits.reduce((sum, audit) => sum + audit.invisible.length, 0);
    expect(summary.invisibleShare).toBeCloseTo(invisible / objects, 12);
  });

  it("refuses audits by different witnesses", () => {
    expect(() => fidelitySummary([])).toThrow(DataError);
    expect(() => fidelitySummary([audits[0]!, audited(scenes[0]!, (objects) => objects, 1).audit])).toThrow(DataError);
  });
});
