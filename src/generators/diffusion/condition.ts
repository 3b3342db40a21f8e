import { ShapeError } from "../../core/errors.ts";
import type { LabelMap } from "../../core/plane.ts";
import { type Tensor, zeros } from "../../core/tensor.ts";
import { CONDITION_MAPS, condition } from "../condition.ts";

export { CONDITION_MAPS as LABEL_PLANES } from "../condition.ts";

/**
 * Conditions of a batch of label maps, `[N, 3, H, W]`: foreground, border and distance on the [-1, 1] scale.
 *
 * An image without labels gets all zeros, a value between the two that no label map has everywhere: that is how a network that was trained
 * with some conditions dropped is asked to draw whatever it likes.
 *
 * @param labels one per image, all of `[sizePx, sizePx]`, or nothing
 * @throws {@link ShapeError} when a label map has another size
 * @see Ho & Salimans, "Classifier-free diffusion guidance", arXiv:2207.12598, algorithm 1
 */
export function labelConditions(labels: readonly (LabelMap | undefined)[], sizePx: number): Tensor {
  const planes = CONDITION_MAPS.length;
  const conditions = zeros([labels.length, planes, sizePx, sizePx]);
  labels.forEach((map, n) => {
    if (!map) return;
    if (map.height !== sizePx || map.width !== sizePx)
      throw new ShapeError({
        where: `label map ${n} of a batch`,
        expected: `[${sizePx}, ${sizePx}], the size of the generator's images`,
        received: `[${map.height}, ${map.width}]`,
        fix: "Draw or cut label maps of that size.",
      });
    conditions.data.set(condition(map).data, n * planes * sizePx * sizePx);
  });
  return conditions;
}
