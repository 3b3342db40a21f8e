import type { Value } from "../../engine/graph.ts";
import { add, concat, split } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";
import { convSilu } from "./conv-silu.ts";

/** How a cross-stage block is made. */
export interface CrossStageOptions {
  /** Output channels, even. */
  readonly channels: number;
  /** Pairs of 3×3 convolutions in a row, each on half of the channels. */
  readonly depth: number;
  /** Whether each pair is added to what it was given. */
  readonly residual: boolean;
  readonly mode: Mode;
}

/**
 * Half of the channels pass, the other half goes through pairs of convolutions, and what every pair gives is gathered at the end:
 * `[N, C, H, W]` to `[N, channels, H, W]`. Gradients find short ways and long ones, and most of the work is done on half the channels.
 *
 * @see Wang et al., "CSPNet", CVPR Workshops 2020, for the halves; Wang, Liao & Yeh, "Designing network design strategies through gradient
 * path analysis", arXiv:2211.04800 (ELAN), for the gathering; He et al., CVPR 2016, for the residual
 */
export function crossStage(scope: Scope, x: Value, { channels, depth, residual, mode }: CrossStageOptions): Value {
  const half = channels / 2;
  const entry = convSilu(scope.at("in"), x, { channels, kernel: 1, mode });
  const gathered = split(entry, { axis: 1, lengths: [half, half] }); // two of [N, channels/2, H, W]
  for (let index = 1; index <= depth; index++) {
    const given = gathered.at(-1)!;
    const at = scope.at(`pair${index}`);
    const first = convSilu(at.at("first"), given, { channels: half, kernel: 3, mode });
    const second = convSilu(at.at("second"), first, { channels: half, kernel: 3, mode });
    gathered.push(residual ? add(given, second) : second);
  }
  return convSilu(scope.at("out"), concat(gathered, 1), { channels, kernel: 1, mode });
}
