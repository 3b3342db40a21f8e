/**
 * Counter-based random numbers: Philox4x32-10.
 *
 * The n-th number of a stream is a pure function of key and n, so one stream per (seed, purpose, image) is independent of every
 * other and of the order in which workers ask, and a checkpoint needs only the counter.
 *
 * @see Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** Upper 32 bits of the product of two unsigned 32-bit integers, by products of their halves; `Math.imul` gives the lower ones. */
function upper(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const cross = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) >>> 0;
}

/**
 * Philox4x32 with ten rounds: four uniform 32-bit words from a 128-bit counter and a 64-bit key.
 *
 * @param words where the four go
 */
function philoxInto(words: Uint32Array, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  for (let round = 0; round < 10; round++) {
    const above = upper(M1, c2) ^ c1 ^ k0; // signed on the way: only the bits count
    c1 = Math.imul(M1, c2);
    c2 = upper(M0, c0) ^ c3 ^ k1;
    c3 = Math.imul(M0, c0);
    c0 = above;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/** Philox4x32 with ten rounds: four uniform 32-bit words from a 128-bit counter and a 64-bit key. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  const words = new Uint32Array(4);
  philoxInto(words, ...counter, ...key);
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

/** 64-bit FNV-1a of a text in two 32-bit halves: turns a purpose such as `"pool"` into a key. */
function hashText(text: string): [number, number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return [Number(hash & 0xffffffffn), Number(hash >> 32n)];
}

/** Where a stream stands; plain data, so that a checkpoint can keep it. */
export interface RandomState {
  readonly key: readonly [number, number];
  readonly drawn: number;
}

/** A stream of random numbers. Hand it over explicitly; there is no global one. */
export interface Random {
  /** Uniform 32-bit unsigned integer. */
  word(): number;
  /** Uniform in [0, 1), 32 random bits. */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Normal deviate, mean 0 and standard deviation 1 (Box & Muller 1958, cosine branch: two words each). */
  normal(): number;
  /** Poisson deviate of the given mean: Knuth's product below 30, Hörmann's PTRS (1993) above. */
  poisson(mean: number): number;
  /** Shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** Independent stream for a purpose; does not advance this one. */
  fork(...purpose: (string | number)[]): Random;
  /** Where the stream stands. */
  state(): RandomState;
}

/** Natural logarithm of n! (Stirling's series from 10 on). */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** Stream that continues from a saved state. */
export function randomFrom(state: RandomState): Random {
  const { key } = state;
  let drawn = state.drawn;
  const block = new Uint32Array(4);
  let blockIndex = -1;

  const word = () => {
    const index = Math.floor(drawn / 4);
    if (index !== blockIndex) {
      philoxInto(block, index >>> 0, Math.floor(index / 2 ** 32), 0, 0, key[0], key[1]);
      blockIndex = index;
    }
    return block[drawn++ % 4]!;
  };
  const uniform = () => word() / 2 ** 32;
  const integer = (bound: number) => Math.floor(uniform() * bound);
  const normal = () => {
    const radius = Math.sqrt(-2 * Math.log((word() + 1) / (2 ** 32 + 1)));
    return radius * Math.cos(2 * Math.PI * uniform());
  };

  const poissonKnuth = (mean: number) => {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count++;
    return count;
  };
  const poissonPtrs = (mean: number) => {
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const vr = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = uniform() - 0.5;
      const v = uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (Math.log((v * inverseAlpha) / (a / us ** 2 + b)) <= k * Math.log(mean) - mean - logFactorial(k)) return k;
    }
  };

  return {
    word,
    uniform,
    integer,
    normal,
    between: (low, high) => low + (high - low) * uniform(),
    poisson: (mean) => (mean <= 0 ? 0 : mean < 30 ? poissonKnuth(mean) : poissonPtrs(mean)),
    shuffle(items) {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
    pick: (items) => items[integer(items.length)]!,
    fork(...purpose) {
      const [p0, p1] = hashText(purpose.map((part) => `${typeof part}:${part}`).join("/"));
      const [k0, k1] = philox4x32([p0, p1, 0x666f726b, 0], key);
      return randomFrom({ key: [k0, k1], drawn: 0 });
    },
    state: () => ({ key, drawn }),
  };
}

/** Stream of a seed, a non-negative integer below 2⁵³. */
export function random(seed: number): Random {
  return randomFrom({ key: [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], drawn: 0 });
}
