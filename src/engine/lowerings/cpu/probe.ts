/** Finds out, once per process, whether the runtime has its blocked operators and how many channels make a block. */

import type { OnnxModel } from "../../../onnx/model.ts";
import { openSession } from "../../session.ts";
import { NCHWC } from "./pen.ts";

let found: Promise<number | undefined> | undefined;

/** Channels per block on this machine: 16 with AVX-512, 8 with AVX2 and on Arm; nothing where the runtime lacks blocked operators. */
export function channelsPerBlock(): Promise<number | undefined> {
  found ??= probe();
  return found;
}

/**
 * Blocks sixteen channels of two pixels, numbered 0, 1 | 2, 3 | …: in the result, the first pixels of a block's channels come first.
 */
async function probe(): Promise<number | undefined> {
  try {
    const session = await openSession(probeModel, { optimization: "disabled" });
    const { y } = await session.run({
      x: { data: Float32Array.from({ length: 32 }, (_, i) => i), shape: [1, 16, 1, 2] },
    });
    await session.release();
    return [16, 8].find((block) => y!.data.every((number, i) => number === numberAt(i, block)));
  } catch {
    return undefined;
  }
}

function numberAt(i: number, block: number): number {
  const [blockIndex, pixel, channel] = [Math.floor(i / (2 * block)), Math.floor(i / block) % 2, i % block];
  return 2 * (blockIndex * block + channel) + pixel;
}

const probeModel: OnnxModel = {
  irVersion: 10,
  opsets: { "": 20, [NCHWC]: 1 },
  name: "probe",
  nodes: [{ opType: "ReorderInput", domain: NCHWC, name: "probe", inputs: ["x"], outputs: ["y"], attributes: {} }],
  initializers: [],
  inputs: [{ name: "x", dataType: "float32", shape: [1, 16, 1, 2] }],
  outputs: [{ name: "y", dataType: "float32", shape: [1, 16, 1, 2] }],
  metadata: {},
};
