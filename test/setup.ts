import { expect } from "vitest";

/** How far apart two numbers may be: `|received − expected| ≤ absolute + relative · |expected|`, as in NumPy's `allclose`. */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Passes when every number is close to the expected one. NaN is close to NaN, and an infinity to itself.
     *
     * Defaults: `relative` 1e-5, `absolute` 1e-8.
     */
    toBeAllclose(expected: ArrayLike<number>, tolerance?: Tolerance): R;
  }
}

expect.extend({
  toBeAllclose(received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance = {}) {
    const { relative = 1e-5, absolute = 1e-8 } = tolerance;
    if (typeof received?.length !== "number")
      return { pass: false, message: () => `expected an array of numbers, got ${this.utils.printReceived(received)}` };
    if (received.length !== expected.length)
      return { pass: false, message: () => `expected ${expected.length} numbers, got ${received.length}` };

    let apart = 0;
    let worst = { index: 0, excess: -1 };
    for (let index = 0; index < expected.length; index++) {
      const excess = excessOf(Number(received[index]), Number(expected[index]), relative, absolute);
      if (excess > 0) apart++;
      if (excess > worst.excess) worst = { index, excess };
    }
    const message = () => {
      const [is, shouldBe] = [Number(received[worst.index]), Number(expected[worst.index])];
      return (
        `${apart} of ${expected.length} numbers differ by more than ${absolute} + ${relative}·|expected|.\n` +
        `Worst at index ${worst.index}: expected ${shouldBe}, got ${is}, difference ${Math.abs(is - shouldBe)}.`
      );
    };
    return {
      pass: apart === 0,
      message:
        apart === 0
          ? () => `expected the numbers to differ by more than ${absolute} + ${relative}·|expected|`
          : message,
    };
  },
});

/** By how much a pair exceeds the tolerance; at most 0 when it is close. */
function excessOf(received: number, expected: number, relative: number, absolute: number): number {
  if (Object.is(received, expected)) return 0;
  const excess = Math.abs(received - expected) - absolute - relative * Math.abs(expected);
  return Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess;
}
