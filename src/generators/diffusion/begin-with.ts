import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { State } from "../../engine/step.ts";

/**
 * Puts trained weights into a state that has not been trained. Where the network sees more planes than the trained one, such as label maps, it
 * ignores them at first.
 *
 * @param pretrained weights under the network's own names
 * @throws {@link ShapeError} when they are those of another network
 */
export function beginWith(state: State, pretrained: State): void {
  for (const [name, weights] of pretrained) {
    const own = state.get(name);
    if (!own) throw otherNetwork(name, "a parameter of the network", "none of that name");
    state.set(name, widened(name, weights, own.shape));
  }
}

/** Weights of shape `[C, I, …]` as `[C, I + more, …]`, with zeros for the planes behind. */
function widened(name: string, { data, shape }: Tensor, wanted: readonly number[]): Tensor {
  const [channels = 1, inputs = 1, ...kernel] = shape;
  const same = wanted.length === shape.length && wanted.every((extent, axis) => axis === 1 || extent === shape[axis]);
  const more = (wanted[1] ?? 1) - inputs;
  if (!same || more < 0) throw otherNetwork(name, `[${wanted.join(", ")}]`, `[${shape.join(", ")}]`);
  const taps = kernel.reduce((product, extent) => product * extent, 1);
  const wide = new Float32Array(channels * (inputs + more) * taps);
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * inputs * taps;
    wide.set(data.subarray(from, from + inputs * taps) as Float32Array, channel * (inputs + more) * taps);
  }
  return { data: wide, shape: wanted };
}

function otherNetwork(name: string, expected: string, received: string): ShapeError {
  return new ShapeError({
    where: `pretrained weights, "${name}"`,
    expected,
    received,
    fix: "Begin with weights of a network of the same kind and size, or with none.",
  });
}
