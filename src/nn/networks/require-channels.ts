import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Value } from "../../engine/graph.ts";

/** Refuses an image with other channels than a network's config says. @throws {@link ShapeError} */
export function requireChannels(where: string, x: Value, channels: number): void {
  if (x.shape.length === 4 && x.shape[1] === channels) return;
  throw new ShapeError({
    where,
    expected: `an image [N, ${channels}, H, W]`,
    received: formatShape(x.shape),
    fix: "Set inputChannels of the network to the channels of the image.",
  });
}
