/**
 * Sine and cosine by arithmetic. WebGPU promises an error of 2⁻¹¹ between −π and π and nothing beyond
 * (https://www.w3.org/TR/WGSL/#concrete-float-accuracy), where the times of a diffusion network lie.
 *
 * With n = ⌊x/π + ½⌋ and r = x − n·π, sin x = (−1)ⁿ · sin r; with n = ⌊x/π⌋ and r = x − (n + ½)·π, cos x = −(−1)ⁿ · sin r. In both, r is
 * between −π/2 and π/2, where Taylor's first six terms are exact to 6e-8.
 */

import type { Emitter, LoweringRule } from "../emitter.ts";

/** Sine of radians, for |x| up to 5·10⁴. */
export const sin: LoweringRule = ({ inputs: [x] }, emit) => {
  const name = emit.name(x!);
  const turns = emit.node("Add", [halfTurns(name, emit), emit.floats([0.5])]);
  const n = emit.node("Floor", [turns]);
  return emit.node("Mul", [alternating(n, emit), near(rest(name, n, emit), emit)]);
};

/** Cosine of radians, for |x| up to 5·10⁴. */
export const cos: LoweringRule = ({ inputs: [x] }, emit) => {
  const name = emit.name(x!);
  const n = emit.node("Floor", [halfTurns(name, emit)]);
  const middle = emit.node("Add", [n, emit.floats([0.5])]);
  const r = rest(name, middle, emit);
  return emit.node("Neg", [emit.node("Mul", [alternating(n, emit), near(r, emit)])]);
};

function halfTurns(x: string, emit: Emitter): string {
  return emit.node("Mul", [x, emit.floats([1 / Math.PI])]);
}

/** π in parts of few digits, so that n times a part is exact (Cody and Waite, Software Manual for the Elementary Functions, 1980). */
const PI_PARTS = [3.140625, 9.670257568359375e-4, 6.278329465203569e-7];

/** x − n·π */
function rest(x: string, n: string, emit: Emitter): string {
  return PI_PARTS.reduce((r, part) => emit.node("Sub", [r, emit.node("Mul", [n, emit.floats([part])])]), x);
}

/** (−1)ⁿ = 1 − 2·(n − 2·⌊n/2⌋) */
function alternating(n: string, emit: Emitter): string {
  const pairs = emit.node("Floor", [emit.node("Mul", [n, emit.floats([0.5])])]);
  const odd = emit.node("Sub", [n, emit.node("Mul", [pairs, emit.floats([2])])]);
  return emit.node("Sub", [emit.floats([1]), emit.node("Mul", [odd, emit.floats([2])])]);
}

/** sin r by Horner's scheme in r², from the last term to the first. */
function near(r: string, emit: Emitter): string {
  const squared = emit.node("Mul", [r, r]);
  const sum = [-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1]
    .map((coefficient) => emit.floats([coefficient]))
    .reduce((total, coefficient) => emit.node("Add", [emit.node("Mul", [total, squared]), coefficient]));
  return emit.node("Mul", [sum, r]);
}
