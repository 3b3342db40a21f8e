import { expect, test } from "vitest";

const numbers = [1, -2, Number.NaN, Number.POSITIVE_INFINITY, -0];

test("toBeAllclose passes close numbers, NaN with NaN and infinity with itself", () => {
  expect(Float32Array.of(...numbers)).toBeAllclose(numbers);
  expect([1.0009]).toBeAllclose([1], { relative: 1e-3 });
  expect([0.0009]).toBeAllclose([0], { relative: 0, absolute: 1e-3 });
  expect([]).toBeAllclose([]);
});

test.each([
  [[1.002], [1]],
  [[0], [Number.NaN]],
  [[Number.NaN], [0]],
  [[Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY]],
  [[1, 2], [1]],
])("toBeAllclose refuses %j for %j", (received, expected) => {
  expect(received).not.toBeAllclose(expected, { relative: 1e-3 });
});

test("toBeAllclose names the worst number", () => {
  expect(() => expect([1, 2.5, 3.25]).toBeAllclose([1, 2, 3])).toThrow(
    /2 of 3 .*\n.*index 1: expected 2, got 2.5, difference 0.5/,
  );
});
