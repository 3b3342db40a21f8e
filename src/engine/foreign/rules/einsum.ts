import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { matMul, reshape, sum, transpose } from "../../ops/index.ts";
import { everyInput, type ForeignNode, type ForeignRule } from "../foreign-node.ts";

/** Sums of products by index letters. */
export const einsumRules: Readonly<Record<string, ForeignRule>> = { Einsum: einsum };

/** An array whose axes have letters. */
interface Lettered {
  readonly value: Value;
  readonly letters: string;
}

/**
 * One or two arrays. Letters fall into four kinds: in both and kept (batch), in both and summed, and in one alone. That is a matrix product
 * per batch, between two transpositions.
 */
function einsum(node: ForeignNode): Value {
  const { terms, result } = equationOf(node);
  const operands = everyInput(node, node.value).map((value, i): Lettered => ({ value, letters: terms[i] ?? "" }));
  const extents = new Map<string, number>();
  for (const { value, letters } of operands) {
    if (letters.length !== value.shape.length || new Set(letters).size !== letters.length)
      throw node.refusal(`one letter for each axis of [${value.shape}]`, `"${letters}"`);
    for (const [axis, letter] of [...letters].entries()) {
      const extent = value.shape[axis]!;
      if ((extents.get(letter) ?? extent) !== extent)
        throw node.refusal(`extent ${extents.get(letter)} for "${letter}"`, `${extent}`);
      extents.set(letter, extent);
    }
  }
  const unknown = [...result].find((letter) => !extents.has(letter));
  if (unknown || new Set(result).size !== result.length)
    throw node.refusal("a result of letters of the inputs", `"${result}"`);

  const [a, b] = operands.map((operand, i) => {
    const other = operands[1 - i]?.letters ?? "";
    return summed(operand, (letter) => !result.includes(letter) && !other.includes(letter));
  });
  if (!b) return ordered(a!, result);
  const isIn = (letters: string) => (letter: string) => letters.includes(letter);
  const kinds = {
    batch: [...a!.letters].filter(isIn(b.letters)).filter(isIn(result)),
    inner: [...a!.letters].filter(isIn(b.letters)).filter((letter) => !result.includes(letter)),
    left: [...a!.letters].filter((letter) => !b.letters.includes(letter)),
    right: [...b.letters].filter((letter) => !a!.letters.includes(letter)),
  };
  const sizes = (letters: readonly string[]) => letters.map((letter) => extents.get(letter)!);
  const [batch, inner, left, right] = [kinds.batch, kinds.inner, kinds.left, kinds.right].map((k) => sizeOf(sizes(k)));
  const matrix = (operand: Lettered, order: readonly (readonly string[])[], shape: readonly number[]) =>
    reshape(ordered(operand, order.flat().join("")), shape);
  const product = matMul(
    matrix(a!, [kinds.batch, kinds.left, kinds.inner], [batch!, left!, inner!]),
    matrix(b, [kinds.batch, kinds.inner, kinds.right], [batch!, inner!, right!]),
  ); // [batch, left, right]
  const letters = [...kinds.batch, ...kinds.left, ...kinds.right];
  return ordered({ value: reshape(product, sizes(letters)), letters: letters.join("") }, result);
}

/** Letters of each operand and of the result; without an arrow those that come once, in alphabetical order. */
function equationOf(node: ForeignNode): { terms: readonly string[]; result: string } {
  const equation = node.text("equation", "").replaceAll(" ", "");
  const [left = "", right] = equation.split("->");
  const terms = left.split(",");
  if (!/^[a-z]*(,[a-z]*)?(->[a-z]*)?$/i.test(equation) || terms.length !== node.arity)
    throw node.refusal("an equation of letters for one or two inputs", `"${equation}" for ${node.arity}`);
  const all = [...terms.join("")];
  const once = all.filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  return { terms, result: right ?? once.join("") };
}

/** Without the axes of some letters. */
function summed({ value, letters }: Lettered, goes: (letter: string) => boolean): Lettered {
  const axes = [...letters].flatMap((letter, axis) => (goes(letter) ? [axis] : []));
  const left = [...letters].filter((letter) => !goes(letter)).join("");
  return { value: axes.length > 0 ? sum(value, { axes }) : value, letters: left };
}

function ordered({ value, letters }: Lettered, order: string): Value {
  return transpose(
    value,
    [...order].map((letter) => letters.indexOf(letter)),
  );
}
