import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type Tensor, tensor, zeros } from "../../core/tensor.ts";
import { createGraph } from "../../engine/graph.ts";
import { type CompileOptions, compileFunction, type State } from "../../engine/step.ts";
import type { Denoiser } from "./denoiser.ts";
import { type DenoiserSettings, denoise, networkTime } from "./network.ts";

/** A trained network, ready to take noise out of images `[N, 1, sizePx, sizePx]`, any N. Release it when done. */
export interface DiffusionDenoiser extends Denoiser {
  readonly sizePx: number;
  /** Images that the network looks at together; other numbers are split, or filled up. */
  readonly batchSize: number;
  /**
   * The same network, told what to draw.
   *
   * With a guidance scale s other than 1 the prediction is `free + s · (told − free)`, where `free` is that without a condition: it asks the
   * network twice.
   *
   * @param condition one per image, `[N, conditionPlanes, sizePx, sizePx]`; all zeros are none
   * @throws {@link ShapeError} when the network was trained with other conditions, or none
   * @see Ho & Salimans, "Classifier-free diffusion guidance", arXiv:2207.12598, eq. 6
   */
  conditioned(condition: Tensor, options?: { readonly guidanceScale?: number }): Denoiser;
  release(): Promise<void>;
}

/** How a denoiser runs. */
export interface OpenDiffusionOptions extends Pick<CompileOptions, "threads" | "device"> {
  /** Pictures per run of the network. */
  readonly batchSize?: number;
}

/** Opens a trained denoiser, whose `state` holds the averaged weights under the network's own names. */
export async function openDiffusion(
  model: DenoiserSettings & { readonly state: State },
  { batchSize = 8, threads = 1, device = "cpu" }: OpenDiffusionOptions = {},
): Promise<DiffusionDenoiser> {
  const { state, schedule, prediction, sizePx, conditionPlanes } = model;
  const graph = createGraph();
  const side = [sizePx, sizePx];
  const xt = graph.input("xt", [batchSize, 1, ...side]);
  const t = graph.input("t", [batchSize]);
  const isTold = conditionPlanes > 0;
  const condition = isTold ? graph.input("condition", [batchSize, conditionPlanes, ...side]) : undefined;
  const seen = { xt, t, ...(condition && { condition }) };
  const network = await compileFunction(
    graph,
    { prediction: denoise(seen, model, { mode: "inference" }) },
    { state, threads, device },
  );

  const ask = async (noisy: Tensor, timestep: number, told?: Tensor): Promise<Tensor> => {
    const count = noisy.shape[0]!;
    const predicted = zeros(noisy.shape);
    const time = tensor(new Float32Array(batchSize).fill(networkTime(schedule, timestep)), [batchSize]);
    for (let first = 0; first < count; first += batchSize) {
      const inputs = {
        xt: rows(noisy, first, batchSize),
        t: time,
        ...(isTold && {
          condition: told ? rows(told, first, batchSize) : zeros([batchSize, conditionPlanes, ...side]),
        }),
      };
      const { data } = (await network.run(inputs)).prediction!;
      const size = sizePx * sizePx;
      predicted.data.set(data.subarray(0, Math.min(batchSize, count - first) * size), first * size);
    }
    return predicted;
  };

  return {
    schedule,
    prediction,
    sizePx,
    batchSize,
    predict: (noisy, timestep) => ask(noisy, timestep),
    conditioned(told, { guidanceScale = 1 } = {}) {
      if (!isTold || told.shape[1] !== conditionPlanes)
        throw new ShapeError({
          where: "condition of a diffusion generator",
          expected: isTold ? `[N, ${conditionPlanes}, ${sizePx}, ${sizePx}]` : "none: it was trained without labels",
          received: formatShape(told.shape),
        });
      return {
        schedule,
        prediction,
        async predict(noisy, timestep) {
          const toldSays = await ask(noisy, timestep, told);
          if (guidanceScale === 1) return toldSays;
          const free = await ask(noisy, timestep);
          const data = toldSays.data.map((value, i) => free.data[i]! + guidanceScale * (value - free.data[i]!));
          return { data, shape: noisy.shape };
        },
      };
    },
    release: () => network.release(),
  };
}

/** `count` images of a batch from the `first` on; where it has no more, zeros. */
function rows({ data, shape }: Tensor, first: number, count: number): Tensor {
  const size = data.length / shape[0]!;
  const part = new Float32Array(count * size);
  part.set(data.subarray(first * size, (first + count) * size));
  return { data: part, shape: [count, ...shape.slice(1)] };
}
