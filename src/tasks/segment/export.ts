import { exportModel } from "../../engine/export.ts";
import { createGraph } from "../../engine/graph.ts";
import { sigmoid } from "../../engine/ops/index.ts";
import type { State } from "../../engine/step.ts";
import { MAP_NAMES, segmenterLogits } from "./network.ts";

/** Edge of the exported model's input. Shapes are fixed when a graph is built; larger images go through it in tiles. */
export const EXPORT_PX = 256;

/**
 * Segmenter as an ONNX file of standard operators: canonical image `[1, 1, 256, 256]` on the [-1, 1] scale to foreground, border and
 * distance `[1, 3, 256, 256]`. The file's metadata says how to bring an image to that form.
 */
export function exportSegmenter(
  state: State,
  { arm, seed }: { readonly arm: string; readonly seed: number },
): Uint8Array {
  const graph = createGraph();
  const image = graph.input("image", [1, 1, EXPORT_PX, EXPORT_PX]);
  return exportModel(graph, {
    outputs: { maps: sigmoid(segmenterLogits(image, "inference")) },
    state,
    name: "fantascope-segmenter",
    metadata: {
      task: "segment",
      arm,
      seed: String(seed),
      outputs: MAP_NAMES.join(", "),
      input:
        "scale so that nuclei are about 20 px across; v = clip(0.1 + 0.45 (grey - background) / (nuclei - background), 0, 1); 2 v - 1",
      instances: "cores where distance > 0.5 and border < 0.5; watershed on -distance within foreground > 0.5",
    },
  });
}
