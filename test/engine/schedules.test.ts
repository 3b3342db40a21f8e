import { expect, test } from "vitest";
import { createGraph } from "../../src/engine/graph.ts";
import { constant, cosine, linearDecay, oneCycle, type Schedule } from "../../src/engine/schedules.ts";
import { compileFunction } from "../../src/engine/step.ts";
import { fixture, scalar } from "./fixture.ts";

const reference = fixture("schedules");

const cases: Record<string, Schedule> = {
  linearDecay: linearDecay({ rate: 0.3, from: 10, to: 30 }),
  cosine: cosine({ peak: 0.3, steps: 30, final: 0.01 }),
  "cosine with warm-up": cosine({ peak: 0.3, steps: 30, warmup: 5, final: 0.01 }),
  oneCycle: oneCycle({ peak: 0.3, steps: 40 }),
};

test("every reference is used", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(reference).sort());
});

test.each(Object.entries(cases))("%s is PyTorch's", async (name, schedule) => {
  expect(await rates(schedule, reference[name]!.data.length)).toBeAllclose(reference[name]!.data, {
    relative: 1e-6,
    absolute: 1e-7,
  });
});

test("a constant schedule stays", async () => {
  expect(await rates(constant(0.25), 3)).toEqual([0.25, 0.25, 0.25]);
});

async function rates(schedule: Schedule, steps: number): Promise<number[]> {
  const graph = createGraph();
  const compiled = await compileFunction(graph, { rate: schedule(graph.input("step", [])) });
  const found: number[] = [];
  for (let t = 0; t < steps; t++) found.push((await compiled.run({ step: scalar(t) })).rate!.data[0]!);
  await compiled.release();
  return found;
}
