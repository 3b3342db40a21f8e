import type { Value } from "../../graph.ts";
import { reshape } from "../../ops/reshape.ts";
import { zeroPad } from "../../ops/slice.ts";

/** An image `[N, C, H, W]` with its pixels moved apart: `[N, C, H·sh, W·sw]`, each pixel first in a block of zeros. */
export function spread(x: Value, [sh, sw]: readonly number[]): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const apart = zeroPad(reshape(x, [n, c, h, 1, w, 1]), {
    before: [0, 0, 0, 0, 0, 0],
    after: [0, 0, 0, sh! - 1, 0, sw! - 1],
  });
  return reshape(apart, [n, c, h * sh!, w * sw!]);
}
