import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { assignment } from "../../src/metrics/assignment.ts";
import { reference } from "./reference.ts";

interface Case {
  rows: number;
  columns: number;
  costs: number[];
  total: number;
}

function total({ rows, columns, costs }: Omit<Case, "total">): number {
  const columnOf = assignment(costs, rows, columns);
  return [...columnOf].reduce((sum, column, row) => sum + (column < 0 ? 0 : costs[row * columns + column]!), 0);
}

/** Cheapest total by trying every assignment; rows ≤ columns. */
function cheapestByTrying(costs: readonly number[], rows: number, columns: number, row = 0, taken = 0): number {
  if (row === rows) return 0;
  let best = Infinity;
  for (let column = 0; column < columns; column++)
    if (!(taken & (1 << column)))
      best = Math.min(
        best,
        costs[row * columns + column]! + cheapestByTrying(costs, rows, columns, row + 1, taken | (1 << column)),
      );
  return best;
}

describe("assignment", () => {
  it.each(reference<{ cases: Case[] }>("assignment").cases)(
    "costs as little as SciPy's linear_sum_assignment, $rows × $columns",
    (one) => {
      expect(total(one)).toBeCloseTo(one.total, 9);
    },
  );

  it("costs no more than any other assignment", () => {
    const matrices = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 })).chain(([rows, more]) =>
      fc.tuple(
        fc.constant(rows),
        fc.constant(rows + more),
        fc.array(fc.integer({ min: -5, max: 5 }), {
          minLength: rows * (rows + more),
          maxLength: rows * (rows + more),
        }),
      ),
    );
    fc.assert(
      fc.property(matrices, ([rows, columns, costs]) => {
        expect(total({ rows, columns, costs })).toBe(cheapestByTrying(costs, rows, columns));
      }),
      { seed: 1 },
    );
  });

  it("gives each column once and leaves surplus rows out", () => {
    const columns = [...assignment([5, 1, 2, 9, 0, 9, 3, 3], 4, 2)];
    expect(columns.filter((column) => column >= 0).sort()).toEqual([0, 1]);
    expect(columns).toEqual([-1, 0, 1, -1].map((_, row) => columns[row]));
    expect(columns.filter((column) => column < 0)).toHaveLength(2);
  });

  it("has nothing to assign without rows, and refuses a wrong number of costs", () => {
    expect([...assignment([], 0, 3)]).toEqual([]);
    expect(() => assignment([1, 2, 3], 2, 2)).toThrow(ShapeError);
  });
});
