import { expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Graph, type Value } from "../../src/engine/graph.ts";
import { add, mul, split } from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import { compileFunction, compileStep } from "../../src/engine/step.ts";
import { bceWithLogits, l1, lsgan } from "../../src/nn/losses.ts";
import { patchDiscriminator, resnetGenerator, unet } from "../../src/nn/networks/index.ts";
import { parametersOf } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { fixture, relativeError, stateFrom } from "./fixture.ts";

const STEPS = 20;
const rateScale: Tensor = { data: Float32Array.of(1), shape: [] };

test("a U-Net segmenter learns along PyTorch's curve, keeps its running statistics, and its inference form agrees", async () => {
  const expected = fixture("unet-training");
  const config = { inputChannels: 1, outputChannels: 2, channels: [4, 6, 8], norm: "batch" } as const;
  const image = (graph: Graph, name: string) => graph.input(name, [3, 1, 16, 16]);

  const graph = createGraph();
  const logits = unet(scope(graph, "unet"), image(graph, "x"), { ...config, mode: "train" });
  const [interior, distance] = split(logits, { axis: 1, lengths: [1, 1] }) as [Value, Value];
  const loss = add(bceWithLogits(interior, image(graph, "interior")), mul(l1(distance, image(graph, "distance")), 2));
  const parameters = parametersOf(graph, "unet");
  adam({ learningRate: 3e-3 }).update(graph, { name: "adam", parameters, gradients: gradient(loss, parameters) });
  const step = await compileStep(graph, { outputs: { loss } });
  const state = stateFrom([graph], expected.below("state"));

  const curve: number[] = [];
  for (let index = 0; index < STEPS; index++) {
    const batch = (name: string) => expected.tensor(`${name}${index % 4}`);
    const { outputs } = await step.run(state, {
      x: batch("x"),
      interior: batch("interior"),
      distance: batch("distance"),
      rateScale,
    });
    curve.push(outputs.loss!.data[0]!);
    if (index !== 4) continue;
    for (const [name, { data }] of expected.below("after5"))
      expect(relativeError(state.get(name)!.data, data), name).toBeLessThan(2e-5);
    const use = createGraph();
    const y = unet(scope(use, "unet"), image(use, "x"), { ...config, mode: "inference" });
    const inference = await compileFunction(use, { y }, { state });
    const result = await inference.run({ x: expected.tensor("x0") });
    await inference.release();
    expect(relativeError(result.y!.data, expected.tensor("inferenceAfter5").data)).toBeLessThan(2e-5);
  }
  await step.release();
  expect(curve).toBeAllclose(expected.tensor("curve").data, { relative: 2e-6 });
  expect(curve.at(-1)).toBeLessThan(0.9 * curve[0]!); // it does learn
});

test("a CycleGAN's generator and discriminator steps follow PyTorch's curves", async () => {
  const expected = fixture("cyclegan-training");
  const generator = (graph: Graph, name: string, x: Value, outputChannels: number) =>
    resnetGenerator(scope(graph, name), x, {
      inputChannels: x.shape[1]!,
      outputChannels,
      baseChannels: 4,
      blocks: 1,
      norm: "instance",
      upsample: "nearest",
      outputActivation: "tanh",
    });
  const critic = (graph: Graph, name: string, x: Value) =>
    patchDiscriminator(scope(graph, name), x, {
      inputChannels: x.shape[1]!,
      baseChannels: 4,
      layers: 1,
      norm: "instance",
    });
  const images = (graph: Graph) => ({
    sim: graph.input("sim", [1, 2, 16, 16]),
    real: graph.input("real", [1, 1, 16, 16]),
  });
  const train = (graph: Graph, name: string, loss: Value, scopes: string[]) => {
    const parameters = parametersOf(graph, ...scopes);
    const gradients = gradient(loss, parameters);
    adam({ learningRate: 2e-4, beta1: 0.5, beta2: 0.999 }).update(graph, { name, parameters, gradients });
  };

  const generators = createGraph();
  const { sim, real } = images(generators);
  const fakeReal = generator(generators, "simToReal", sim, 1);
  const fakeSim = generator(generators, "realToSim", real, 2);
  const adversarial = add(
    lsgan(critic(generators, "realCritic", fakeReal), true),
    lsgan(critic(generators, "simCritic", fakeSim), true),
  );
  const cycle = add(
    l1(generator(generators, "realToSim", fakeReal, 2), sim),
    l1(generator(generators, "simToReal", fakeSim, 1), real),
  );
  train(generators, "generators", add(adversarial, mul(cycle, 10)), ["simToReal", "realToSim"]);

  const critics = createGraph();
  const truth = images(critics);
  const fakes = {
    fakeSim: critics.input("fakeSim", [1, 2, 16, 16]),
    fakeReal: critics.input("fakeReal", [1, 1, 16, 16]),
  };
  const judge = (name: string, trueImage: Value, fake: Value) =>
    add(lsgan(critic(critics, name, trueImage), true), lsgan(critic(critics, name, fake), false));
  const criticLoss = mul(
    add(judge("realCritic", truth.real, fakes.fakeReal), judge("simCritic", truth.sim, fakes.fakeSim)),
    0.5,
  );
  train(critics, "critics", criticLoss, ["realCritic", "simCritic"]);

  const generatorStep = await compileStep(generators, { outputs: { adversarial, cycle, fakeReal, fakeSim } });
  const criticStep = await compileStep(critics, { outputs: { criticLoss } });
  const state = stateFrom([generators, critics], expected.below("state"));
  const curve: number[] = [];
  for (let index = 0; index < STEPS; index++) {
    const pair = { sim: expected.tensor(`sim${index % 4}`), real: expected.tensor(`real${index % 4}`), rateScale };
    const made = (await generatorStep.run(state, pair)).outputs;
    const judged = (await criticStep.run(state, { ...pair, fakeReal: made.fakeReal!, fakeSim: made.fakeSim! })).outputs;
    curve.push(made.adversarial!.data[0]!, made.cycle!.data[0]!, judged.criticLoss!.data[0]!);
  }
  await generatorStep.release();
  await criticStep.release();
  // Two networks against each other amplify rounding: in float32 PyTorch itself leaves its float64 curve by 3e-6 in 15 steps, by 6e-4 in 20.
  const reference = expected.tensor("curve").data;
  const fifteenSteps = 15 * 3;
  expect(curve.slice(0, fifteenSteps)).toBeAllclose(reference.slice(0, fifteenSteps), { relative: 1e-5 });
  expect(curve).toBeAllclose(reference, { relative: 2e-3 });
});
