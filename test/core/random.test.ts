import { describe, expect, test } from "vitest";
import { philox4x32, random, randomFrom } from "../../src/core/random.ts";

type Counter = Parameters<typeof philox4x32>[0];
type Key = Parameters<typeof philox4x32>[1];

describe("Philox4x32-10", () => {
  // The known answers of Random123 1.14 (examples/kat_vectors)
  test.each<[name: string, Counter, Key, Counter]>([
    ["zeros", [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      "ones",
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      "digits of pi",
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("of %s has the published answer", (_, counter, key, answer) => {
    expect(philox4x32(counter, key)).toEqual(answer);
  });

  test("gives a stream its words in order, and any of them by its number", () => {
    const stream = random(2 ** 40 + 5);
    const words = Array.from({ length: 9 }, () => stream.word());
    const { key } = stream.state();
    expect(key).toEqual([5, 256]);
    expect(words.slice(0, 4)).toEqual(philox4x32([0, 0, 0, 0], key));
    expect(words.slice(4, 8)).toEqual(philox4x32([1, 0, 0, 0], key));
    expect(randomFrom({ key, drawn: 8 }).word()).toBe(words[8]);
    expect(stream.state().drawn).toBe(9);
  });
});

describe("a stream", () => {
  const many = 20_000;
  const moments = (draw: () => number) => {
    const values = Array.from({ length: many }, draw);
    const mean = values.reduce((sum, value) => sum + value, 0) / many;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (many - 1) };
  };

  test.each([0.5, 3, 29.9, 30, 200])("of Poisson numbers of mean %d has that mean and variance", (lambda) => {
    const stream = random(3).fork("poisson", lambda);
    const { mean, variance } = moments(() => stream.poisson(lambda));
    expect(Math.abs(mean - lambda)).toBeLessThan(4 * Math.sqrt(lambda / many));
    expect(Math.abs(variance / lambda - 1)).toBeLessThan(4 * Math.sqrt((2 + 1 / lambda) / many));
  });

  test("of normal numbers has mean 0 and variance 1", () => {
    const stream = random(4);
    const { mean, variance } = moments(() => stream.normal());
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(many));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / many));
  });

  test("forked for another purpose is another one, and leaves its origin where it stands", () => {
    const stream = random(5);
    const [a, b] = [stream.fork("a", 1), stream.fork("a", "1")]; // the number and the text are two purposes
    expect(a.word()).not.toBe(b.word());
    expect(stream.fork("a", 1).word()).toBe(random(5).fork("a", 1).word());
    expect(stream.state().drawn).toBe(0);
  });
});
