import fc from "fast-check";
import type { Mask, Plane } from "../../src/core/plane.ts";

const size = fc.integer({ min: 1, max: 12 });

/** Small masks of any size, sparse as well as dense. */
export const anyMask: fc.Arbitrary<Mask> = fc
  .tuple(size, size, fc.constantFrom(1, 4, 9))
  .chain(([height, width, tenths]) =>
    fc
      .array(fc.nat(9), { minLength: height * width, maxLength: height * width })
      .map((digits) => ({ data: Uint8Array.from(digits, (digit) => (digit < tenths ? 1 : 0)), height, width })),
  );

/** Small planes of any size with values −100 … 100. */
export const anyPlane: fc.Arbitrary<Plane> = fc.tuple(size, size).chain(([height, width]) =>
  fc
    .array(fc.double({ min: -100, max: 100, noNaN: true }), {
      minLength: height * width,
      maxLength: height * width,
    })
    .map((values) => ({ data: Float32Array.from(values), height, width })),
);
