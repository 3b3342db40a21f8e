/**
 * Which part of a network each node serves. Nodes carry no such name: differentiating and lowering make many of one layer, and one of several.
 * But every layer has parameters of its own, named by its scope, and what is near them in the graph is theirs.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import { isNext, NEXT } from "../step.ts";

/** Name of the parts that belong to no layer: what moves the parameters, and what reads none and lies before the first layer. */
export const [OPTIMIZER, INPUTS] = ["(optimizer)", "(inputs)"];

/**
 * Scope of each node, in the order of `model.nodes`, from the first of these rules that fits:
 *
 * 1. a node that only later values of variables need, and that reads states outside of all layers, serves the optimizer;
 * 2. a node that reads parameters of one layer, or what was made of them alone (rearranged filters), serves that layer;
 * 3. a node whose result only changes the parameters of one layer (its weight gradient) serves that layer;
 * 4. a node on the way to an output serves the layer of the latest value that it reads;
 * 5. a node of the way back serves the layer of the latest value on the way there that it reads, else of its first input.
 *
 * @param variables names of parameters and states, each `scope/of/layer/weight`; those whose first part no parameter shares are the optimizer's
 * @param parameters the trained ones among them
 */
export function nodeOwners(model: OnnxModel, variables: Iterable<string>, parameters: Iterable<string>): string[] {
  const trained = new Set(parameters);
  const networks = new Set([...trained].map(firstPart));
  const scopeOf = new Map(
    [...variables].map((name) => [name, networks.has(firstPart(name)) ? parent(name) : OPTIMIZER]),
  );

  const constants = new Set(model.initializers.map(({ name }) => name).filter((name) => !scopeOf.has(name)));
  const maker = new Map(
    model.nodes.flatMap((node, at) => node.outputs.filter(Boolean).map((name) => [name, at] as const)),
  );
  const towardsOutput = neededFor(model, maker, (name) => !isNext(name));
  const { layersChanged, readsOptimizer } = reach(model, maker, scopeOf);

  const isOfWeights = new Set<string>(scopeOf.keys()); // values made of variables and constants alone
  const owner = new Map<string, string>(scopeOf);
  return model.nodes.map((node, at) => {
    const read = node.inputs.filter((name) => name && !constants.has(name));
    const ofWeights = read.filter((name) => isOfWeights.has(name));
    if (ofWeights.length === read.length && read.length > 0) for (const name of node.outputs) isOfWeights.add(name);
    const layers = [...new Set(ofWeights.map((name) => owner.get(name)!))].filter((scope) => scope !== OPTIMIZER);
    const changed = layersChanged[at]!;
    const there = read.filter((name) => maker.has(name) && !isOfWeights.has(name));
    const latest = (names: readonly string[]) =>
      names.reduce<string | undefined>(
        (best, name) => (maker.get(name)! > (maker.get(best!) ?? -1) ? name : best),
        undefined,
      );
    const inherited = towardsOutput[at]
      ? latest(there)
      : (latest(there.filter((name) => towardsOutput[maker.get(name)!])) ?? there[0]);
    const found =
      !towardsOutput[at] && readsOptimizer[at]
        ? OPTIMIZER
        : layers.length === 1
          ? layers[0]!
          : !towardsOutput[at] && changed.size === 1
            ? [...changed][0]!
            : ((inherited && owner.get(inherited)) ?? layers[0] ?? (ofWeights.length > 0 ? OPTIMIZER : INPUTS));
    for (const name of node.outputs) owner.set(name, found);
    return found;
  });
}

/** Whether each node is needed for one of the outputs that count. */
function neededFor(
  model: OnnxModel,
  maker: ReadonlyMap<string, number>,
  counts: (output: string) => boolean,
): boolean[] {
  const needed = model.nodes.map(() => false);
  for (const { name } of model.outputs) if (counts(name) && maker.has(name)) needed[maker.get(name)!] = true;
  for (const [at, { inputs }] of [...model.nodes.entries()].reverse())
    if (needed[at]) for (const name of inputs) if (maker.has(name)) needed[maker.get(name)!] = true;
  return needed;
}

/** For each node the layers whose variables its result changes (more than one: some two of them), and whether states of the optimizer are in it. */
function reach(model: OnnxModel, maker: ReadonlyMap<string, number>, scopeOf: ReadonlyMap<string, string>) {
  const layersChanged = model.nodes.map(() => new Set<string>());
  for (const { name } of model.outputs)
    if (isNext(name) && maker.has(name))
      layersChanged[maker.get(name)!]!.add(scopeOf.get(name.slice(NEXT.length)) ?? OPTIMIZER);
  for (const [at, { inputs }] of [...model.nodes.entries()].reverse())
    for (const name of inputs) {
      const before = maker.has(name) ? layersChanged[maker.get(name)!]! : undefined;
      for (const scope of layersChanged[at]!) if (before && before.size < 3 && scope !== OPTIMIZER) before.add(scope);
    }
  const readsOptimizer: boolean[] = [];
  for (const { inputs } of model.nodes)
    readsOptimizer.push(
      inputs.some(
        (name) => scopeOf.get(name) === OPTIMIZER || (maker.has(name) && readsOptimizer[maker.get(name)!] === true),
      ),
    );
  return { layersChanged, readsOptimizer };
}

function firstPart(name: string): string {
  return name.split("/")[0]!;
}

function parent(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}
