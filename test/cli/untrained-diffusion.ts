import { random } from "../../src/core/random.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { initialState, type State } from "../../src/engine/step.ts";
import { cosine, saveDiffusion } from "../../src/generators/diffusion/index.ts";
import { denoise } from "../../src/generators/diffusion/network.ts";

/** Writes a diffusion model for images of 16 px that has learned nothing; its weights are stirred, so that those that begin with zeros do something. */
export function writeUntrainedDiffusion(file: string, { conditionPlanes = 0 } = {}): void {
  const network = {
    baseChannels: 8,
    multipliers: [1, 2],
    blocks: 1,
    attentionLevels: [],
    heads: 1,
    groups: 2,
    timeCondition: "scale-shift",
    skips: "blocks",
  } as const;
  const settings = { network, sizePx: 16, conditionPlanes, schedule: cosine(), prediction: "velocity" } as const;
  const graph = createGraph();
  const seen = { xt: graph.input("xt", [1, 1, 16, 16]), t: graph.input("t", [1]) };
  const condition = conditionPlanes > 0 ? { condition: graph.input("condition", [1, conditionPlanes, 16, 16]) } : {};
  denoise({ ...seen, ...condition }, settings, { mode: "inference" });
  saveDiffusion(file, { ...settings, state: stirred(initialState([graph], random(0)), 0), chosenStep: 0 });
}

/** Weights as they start, with noise on them, so that no layer stays at zero. */
export function stirred(state: State, seed: number): State {
  const stream = random(seed).fork("stir");
  return new Map(
    [...state].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map((v) => v + 0.02 * stream.normal()) }]),
  );
}
