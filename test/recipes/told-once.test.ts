import { expect, test } from "vitest";
import { sentencesOf, toldOnce } from "../../src/recipes/told-once.ts";

test("sentences end where a capital follows; how many images are needed stays with what cannot be told", () => {
  expect(
    sentencesOf(
      "PSNR is 18.6 dB. It cannot be told. About 40 test images would be needed. With 6 it is of little worth.",
    ),
  ).toEqual([
    "PSNR is 18.6 dB.",
    "It cannot be told. About 40 test images would be needed.",
    "With 6 it is of little worth.",
  ]);
});

test("what several texts say is told once, at the end", () => {
  const few = "With only 6 test images the interval is of little worth.";
  expect(toldOnce(["It helped.", `A is better. ${few}`, `B is better. ${few}`])).toBe(
    `It helped. A is better. B is better. ${few}`,
  );
  expect(toldOnce(["It helped.", `A is better. ${few}`, "B is better."])).toBe(
    `It helped. A is better. ${few} B is better.`,
  );
});
