import { add, matMul, mul, reshape, transpose } from "../../ops/index.ts";
import type { ForeignRule } from "../foreign-node.ts";

/** Products of matrices. */
export const matrixRules: Readonly<Record<string, ForeignRule>> = {
  Gemm(node) {
    const a = node.value(0);
    const b = node.weight(1);
    const product = matMul(node.int("transA", 0) ? transpose(a) : a, node.int("transB", 0) ? transpose(b) : b);
    const scaled = mul(product, node.float("alpha", 1));
    return node.has(2) ? add(scaled, mul(node.weight(2), node.float("beta", 1))) : scaled;
  },
  MatMul(node) {
    const a = node.value(0);
    const b = node.weight(1);
    // A vector is a row on the left and a column on the right, as in NumPy; the axis it lends goes again.
    const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
    const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
    const product = matMul(left, right);
    const lead = product.shape.slice(0, -2);
    const rows = a.shape.length === 1 ? [] : [product.shape.at(-2)!];
    const columns = b.shape.length === 1 ? [] : [product.shape.at(-1)!];
    return reshape(product, [...lead, ...rows, ...columns]);
  },
};
