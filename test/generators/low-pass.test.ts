import { describe, expect, it } from "vitest";
import { random } from "../../src/core/random.ts";
import { tensor } from "../../src/core/tensor.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { compileFunction } from "../../src/engine/step.ts";
import { lowPass } from "../../src/generators/cyclegan/low-pass.ts";
import { lowPassDct, lowPassMatrix } from "../../src/image/low-pass-dct.ts";

async function filtered(data: Float32Array, height: number, width: number, keep: number): Promise<Float32Array> {
  const graph = createGraph();
  const x = graph.input("x", [1, 1, height, width]);
  const run = await compileFunction(graph, { y: lowPass(x, keep) });
  const { y } = await run.run({ x: tensor(data, [1, 1, height, width]) });
  await run.release();
  return y!.data;
}

function noise(size: number): Float32Array {
  const stream = random(7);
  return Float32Array.from({ length: size }, () => stream.normal());
}

describe("DCT low-pass in the graph", () => {
  it("equals the filter on pixel arrays, also on a picture that is not square", async () => {
    const data = noise(24 * 40);
    const expected = lowPassDct({ data, height: 24, width: 40 }, 0.3).data;
    expect(await filtered(data, 24, 40, 0.3)).toBeAllclose(expected, { absolute: 1e-5 });
  });

  it("is a projection: a second pass changes nothing", async () => {
    const once = await filtered(noise(32 * 32), 32, 32, 0.4);
    expect(await filtered(once, 32, 32, 0.4)).toBeAllclose(once, { absolute: 1e-5 });
  });

  it("is the identity at 1, and symmetric below", () => {
    const identity = lowPassMatrix(12, 1);
    const half = lowPassMatrix(12, 0.5);
    for (let i = 0; i < 12; i++)
      for (let j = 0; j < 12; j++) {
        expect(identity[i * 12 + j]).toBeCloseTo(i === j ? 1 : 0, 6);
        expect(half[i * 12 + j]).toBeCloseTo(half[j * 12 + i]!, 6);
      }
  });

  it("takes out a grating above the cut-off and leaves one below", async () => {
    const grating = (cycles: number) =>
      Float32Array.from({ length: 48 * 48 }, (_, i) => Math.cos((Math.PI * cycles * ((i % 48) + 0.5)) / 48));
    const energy = (data: Float32Array) => data.reduce((sum, value) => sum + value * value, 0);
    const low = grating(10);
    const high = grating(20);
    expect(energy(await filtered(low, 48, 48, 0.3)) / energy(low)).toBeCloseTo(1, 4);
    expect(energy(await filtered(high, 48, 48, 0.3)) / energy(high)).toBeLessThan(1e-8);
  });
});
