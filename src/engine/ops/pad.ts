import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { reflectPad } from "./reflect-pad.ts";
import { zeroPad } from "./slice.ts";

/** How far to pad, and with what. */
export interface PadOptions {
  /**
   * One number: all four sides of the last two axes; `[top, left, bottom, right]` of the last two; or as in ONNX, all befores and then
   * all afters, `2 · rank` numbers.
   */
  readonly pads: number | Shape;
  /** `constant` pads with zeros, `reflect` mirrors without repeating the edge. */
  readonly mode?: "constant" | "reflect";
}

/** x with a border. @throws {@link ShapeError} when the widths do not fit the axes */
export function pad(x: Value, { pads, mode = "constant" }: PadOptions): Value {
  const rank = x.shape.length;
  const lead = Array.from({ length: Math.max(0, rank - 2) }, () => 0);
  const four = typeof pads === "number" ? [pads, pads, pads, pads] : pads;
  const all = four.length === 4 && rank > 2 ? [...lead, ...four.slice(0, 2), ...lead, ...four.slice(2)] : four;
  if (all.length !== 2 * rank)
    throw new ShapeError({ where: "pad", expected: `1, 4 or ${2 * rank} widths`, received: formatShape(four) });
  const widths = { before: all.slice(0, rank), after: all.slice(rank) };
  return mode === "reflect" ? reflectPad(x, widths) : zeroPad(x, widths);
}
