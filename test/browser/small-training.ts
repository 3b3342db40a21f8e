import {
  adam,
  compileStep,
  createGraph,
  gradient,
  initialState,
  type LoweringChoice,
  type LoweringName,
  losses as lossesOf,
  networks,
  random,
  scope,
  sizeOf,
} from "../../src/engine.ts";

/** What {@link smallTraining} gives, as plain data that a page can send. */
export interface SmallTraining {
  /** The lowering that `auto` became. */
  readonly lowering: LoweringName;
  /** First numbers of all parameters, in the order of their names. */
  readonly firstWeights: readonly number[];
  /** Loss of every step. */
  readonly losses: readonly number[];
}

/**
 * Builds, differentiates, lowers and trains a U-Net of two levels that learns to take noise off `[2, 1, 16, 16]`: convolutions, group
 * normalisation, maximum pooling, upsampling, mean squared error, Adam. The same file runs in Node and in a page.
 */
export async function smallTraining({
  seed = 0,
  steps = 20,
  lowering = "auto" as LoweringChoice,
} = {}): Promise<SmallTraining> {
  const shape = [2, 1, 16, 16];
  const graph = createGraph();
  const [noisy, clean] = [graph.input("noisy", shape), graph.input("clean", shape)];
  const denoised = networks.unet(scope(graph, "unet"), noisy, {
    inputChannels: 1,
    outputChannels: 1,
    channels: [16, 32],
    norm: "group",
    mode: "train",
  });
  const loss = lossesOf.mse(denoised, clean);
  const parameters = graph.parameters();
  adam({ learningRate: 1e-2 }).update(graph, { name: "adam", parameters, gradients: gradient(loss, parameters) });

  const step = await compileStep({ graph, outputs: { loss } }, { lowering });
  const state = initialState([graph], random(seed).fork("weights"));
  const firstWeights = parameters.flatMap(({ name }) => [...state.get(name)!.data.subarray(0, 3)]);
  const losses: number[] = [];
  for (let index = 0; index < steps; index++) {
    const stream = random(seed).fork("step", index);
    const blob = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.exp(-((((i % 16) - 8) / 4) ** 2)));
    const { outputs } = await step.run(state, {
      clean: { data: blob, shape },
      noisy: { data: blob.map((value) => value + 0.5 * stream.normal()), shape },
      rateScale: { data: Float32Array.of(1), shape: [] },
    });
    losses.push(outputs.loss!.data[0]!);
  }
  await step.release();
  return { lowering: step.lowering, firstWeights, losses };
}
