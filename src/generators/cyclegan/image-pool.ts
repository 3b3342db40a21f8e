import type { Random } from "../../core/random.ts";
import { type Tensor, zeros } from "../../core/tensor.ts";
import type { State } from "../../engine/step.ts";

/** Fakes kept for the discriminator. */
export const POOL_SIZE = 50;

/**
 * History of generated images: with probability ½ the discriminator gets an older fake, which takes the place of the new one.
 *
 * The pool lives in the training state (`pool/NAME`, `[50, C, H, W]`, and its fill count), so a checkpoint holds it.
 *
 * @see Shrivastava et al., CVPR 2017, §2.3; Zhu et al., ICCV 2017, §4
 */
export function imagePool(state: State, name: string, shape: readonly [number, number, number]) {
  const [channels, height, width] = shape;
  const size = channels * height * width;
  const key = `pool/${name}`;
  if (!state.has(key)) {
    state.set(key, zeros([POOL_SIZE, channels, height, width]));
    state.set(`${key}/filled`, zeros([1]));
  }
  return {
    /** A fake for the discriminator, `[1, C, H, W]`: the new one, or an older one in exchange for it. */
    exchange(fake: Tensor, random: Random): Tensor {
      const stored = state.get(key)!.data;
      const filled = state.get(`${key}/filled`)!.data;
      if (filled[0]! < POOL_SIZE) {
        stored.set(fake.data, filled[0]! * size);
        filled[0]! += 1;
        return fake;
      }
      if (random.uniform() < 0.5) return fake;
      const start = random.integer(POOL_SIZE) * size;
      const older = stored.slice(start, start + size);
      stored.set(fake.data, start);
      return { data: older, shape: fake.shape };
    },
  };
}
