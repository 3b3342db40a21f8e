import { describe, expect, test } from "vitest";
import { GraphError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/engine/checkpoint.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { onesInit } from "../../src/engine/initializers.ts";
import { lowerings } from "../../src/engine/lowerings/index.ts";
import { add, dropout as dropoutOp, mul, sum, uniformNoise } from "../../src/engine/ops/index.ts";
import { openSession } from "../../src/engine/session.ts";
import { compileStep, initialState, type State } from "../../src/engine/step.ts";
import { dropout } from "../../src/nn/layers.ts";
import { scope } from "../../src/nn/scope.ts";
import { normal } from "./differentiation.ts";
import { scalar } from "./fixture.ts";

const ROWS = 400;
const COLUMNS = 500;
const SIZE = ROWS * COLUMNS;

async function noise(seed: number, counter: number, key: string, threads = 1): Promise<Float32Array> {
  const graph = createGraph();
  const from = { seed: graph.input("seed", []), counter: graph.input("counter", []), key };
  const session = await openSession(lowerings.portable(graph, { u: uniformNoise([ROWS, COLUMNS], from) }), { threads });
  const { u } = await session.run({ seed: scalar(seed), counter: scalar(counter) });
  await session.release();
  return u!.data;
}

describe("uniform noise", () => {
  test("is uniform: moments and a histogram of 256 bins", async () => {
    const u = await noise(7, 3, "a");
    const moment = (power: number) => u.reduce((total, value) => total + value ** power, 0) / SIZE;
    for (const power of [1, 2, 3]) {
      const deviation = Math.sqrt((1 / (2 * power + 1) - 1 / (power + 1) ** 2) / SIZE);
      expect(Math.abs(moment(power) - 1 / (power + 1))).toBeLessThan(4 * deviation);
    }
    expect(u.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24))).toBe(true);
    for (const scale of [1, 256]) {
      // the leading eight bits, then the eight after them
      const bins = new Float64Array(256);
      for (const value of u) bins[Math.floor(((value * scale) % 1) * 256)]!++;
      const chiSquared = bins.reduce((total, count) => total + (count - SIZE / 256) ** 2 / (SIZE / 256), 0);
      expect(Math.abs(chiSquared - 255)).toBeLessThan(4 * Math.sqrt(2 * 255));
    }
  });

  test("neighbours, steps, seeds and places are independent", async () => {
    const u = await noise(7, 3, "a");
    const others: Record<string, (i: number) => number> = {};
    const lag = (by: number) => (i: number) => u[(i + by) % SIZE]!;
    for (const by of [1, 2, COLUMNS, 256, 65_536]) others[`lag ${by}`] = lag(by);
    for (const [name, arguments_] of Object.entries({
      "next step": [7, 4, "a"],
      "next seed": [8, 3, "a"],
      "seed and step exchanged": [3, 7, "a"],
      "other place": [7, 3, "b"],
    } satisfies Record<string, [number, number, string]>)) {
      const other = await noise(...arguments_);
      others[name] = (i) => other[i]!;
    }
    for (const [name, other] of Object.entries(others)) {
      let [linear, joint] = [0, 0];
      for (let i = 0; i < SIZE; i++) {
        linear += (u[i]! - 0.5) * (other(i) - 0.5);
        if (u[i]! < 0.1 && other(i) < 0.1) joint++;
      }
      expect(Math.abs(linear / SIZE) * 12, name).toBeLessThan(4 / Math.sqrt(SIZE));
      expect(Math.abs(joint / SIZE - 0.01), name).toBeLessThan(4 * Math.sqrt(0.01 / SIZE));
    }
  });

  test("has the same bits in every session and with two threads", async () => {
    const first = await noise(99, 100_000, "net/dropout");
    expect(await noise(99, 100_000, "net/dropout")).toEqual(first);
    expect(await noise(99, 100_000, "net/dropout", 2)).toEqual(first);
  });
});

describe("dropout", () => {
  test("drops its share, scales the rest, and lets the derivative through where numbers passed", async () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const graph = createGraph();
      const x = graph.input("x", [SIZE]);
      const y = dropoutOp(x, { rate, seed: graph.constant(1), counter: graph.constant(2), key: "d" });
      const [dx] = gradient(sum(mul(y, graph.constant(3))), [x]);
      const session = await openSession(lowerings.portable(graph, { y, dx: dx! }));
      const given = normal({ shape: [SIZE] }, random(1));
      const result = await session.run({ x: given });
      await session.release();
      const kept = result.y!.data.filter((value) => value !== 0).length / SIZE;
      expect(Math.abs(kept - (1 - rate))).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / SIZE));
      const scale = Math.fround(1 / (1 - rate));
      result.y!.data.forEach((value, i) => {
        if (value !== 0) expect(value).toBeCloseTo(given.data[i]! * scale, 4);
        if (result.dx!.data[i] !== (value === 0 ? 0 : Math.fround(3 * scale)))
          expect(result.dx!.data[i]).toBeCloseTo(value === 0 ? 0 : 3 * scale, 4);
      });
    }
  });

  test("of nothing is nothing, of everything is refused", () => {
    const graph = createGraph();
    const x = graph.input("x", [3]);
    const from = { seed: graph.constant(1), counter: graph.constant(2), key: "d" };
    expect(dropoutOp(x, { rate: 0, ...from })).toBe(x);
    expect(() => dropoutOp(x, { rate: 1, ...from })).toThrow(GraphError);
    expect(dropout(scope(graph, "d"), x, { rate: 0.5, mode: "inference" })).toBe(x);
  });

  test("a training taken up from a checkpoint draws the masks it would have drawn, another seed others", async () => {
    const make = () => {
      const graph = createGraph();
      const w = graph.parameter("w", [64], onesInit);
      const once = dropout(scope(graph, "first"), w, { rate: 0.3, mode: "train" });
      const twice = dropout(scope(graph, "second"), once, { rate: 0.3, mode: "train" });
      graph.assign(w, add(w, twice));
      return compileStep({ graph, outputs: { once, twice } });
    };
    const steps = async (state: State, count: number) => {
      const step = await make();
      const masks: string[] = [];
      for (let i = 0; i < count; i++) {
        const { once, twice } = (await step.run(state, {})).outputs;
        const [first, both] = [once!, twice!].map(({ data }) =>
          [...data].map((value) => (value === 0 ? 0 : 1)).join(""),
        );
        expect(both).not.toBe(first);
        masks.push(first!);
      }
      await step.release();
      return masks;
    };
    const start = async (seed: number) => {
      const step = await make();
      await step.release();
      return initialState([step.graph], random(seed));
    };
    const [whole, parted] = [await start(5), await start(5)];
    const masks = await steps(whole, 6);
    const before = await steps(parted, 2);
    const taken = decodeCheckpoint(encodeCheckpoint({ state: parted, metadata: {} }), "memory").state;
    expect([...before, ...(await steps(taken, 4))]).toEqual(masks);
    expect(taken.get("w")!.data).toEqual(whole.get("w")!.data);
    expect(new Set(masks).size).toBe(6);
    expect((await steps(await start(6), 1))[0]).not.toBe(masks[0]);
  });
});
