import { ShapeError } from "../core/errors.ts";

/**
 * Cheapest one-to-one assignment of rows to columns: shortest augmenting paths, O(rows² · columns).
 *
 * As many pairs are made as the shorter side has members.
 *
 * @param costs row-major `[rows, columns]`, finite, of any sign
 * @returns for each row its column, or −1 for the rows left over when there are more rows than columns
 * @throws {@link ShapeError} when the number of costs is not rows × columns
 * @see Jonker & Volgenant, Computing 38, 325–340 (1987); rectangular form: Crouse, IEEE Trans. Aerosp. Electron. Syst.
 * 52, 1679 (2016)
 */
export function assignment(costs: ArrayLike<number>, rows: number, columns: number): Int32Array {
  if (costs.length !== rows * columns)
    throw new ShapeError({ where: "assignment", expected: `${rows} × ${columns} costs`, received: `${costs.length}` });
  if (rows <= columns) return assignRows((row, column) => costs[row * columns + column]!, rows, columns);

  const rowOfColumn = assignRows((column, row) => costs[row * columns + column]!, columns, rows);
  const columnOfRow = new Int32Array(rows).fill(-1);
  rowOfColumn.forEach((row, column) => {
    columnOfRow[row] = column;
  });
  return columnOfRow;
}

/** The algorithm proper, for rows ≤ columns: rows join one by one, each along the cheapest chain of re-assignments. */
function assignRows(cost: (row: number, column: number) => number, rows: number, columns: number): Int32Array {
  const columnOfRow = new Int32Array(rows).fill(-1);
  const rowOfColumn = new Int32Array(columns).fill(-1);
  // Dual prices: cost − u[row] − v[column] ≥ 0 everywhere, = 0 on assigned pairs.
  const u = new Float64Array(rows);
  const v = new Float64Array(columns);
  const distance = new Float64Array(columns);
  const reachedFrom = new Int32Array(columns);
  const isDone = new Uint8Array(columns);

  for (let newRow = 0; newRow < rows; newRow++) {
    distance.fill(Infinity);
    isDone.fill(0);
    const doneColumns: number[] = [];
    let row = newRow;
    let travelled = 0;
    let freeColumn = -1;
    while (freeColumn < 0) {
      let nearest = -1;
      for (let column = 0; column < columns; column++) {
        if (isDone[column]) continue;
        const through = travelled + cost(row, column) - u[row]! - v[column]!;
        if (through < distance[column]!) {
          distance[column] = through;
          reachedFrom[column] = row;
        }
        if (nearest < 0 || distance[column]! < distance[nearest]!) nearest = column;
      }
      travelled = distance[nearest]!;
      isDone[nearest] = 1;
      if (rowOfColumn[nearest]! < 0) freeColumn = nearest;
      else {
        doneColumns.push(nearest);
        row = rowOfColumn[nearest]!;
      }
    }

    u[newRow]! += travelled;
    for (const column of doneColumns) {
      const slack = travelled - distance[column]!;
      u[rowOfColumn[column]!]! += slack;
      v[column]! -= slack;
    }
    // Walk the chain back: every row on it takes the column it was reached for.
    for (let column = freeColumn; ; ) {
      const from = reachedFrom[column]!;
      const previous = columnOfRow[from]!;
      rowOfColumn[column] = from;
      columnOfRow[from] = column;
      if (from === newRow) break;
      column = previous;
    }
  }
  return columnOfRow;
}
