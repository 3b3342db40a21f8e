/**
 * Arrays that functions read where they are, as their weights. A training step writes over the arrays of its state, but not over a lent one: then the state
 * gets a new array, and the function keeps the numbers it was made with.
 */

const borrowers = new WeakMap<ArrayBufferView, number>();

/** Lends arrays until the returned function is called. */
export function lend(arrays: readonly ArrayBufferView[]): () => void {
  const count = (by: number) => {
    for (const array of arrays) borrowers.set(array, (borrowers.get(array) ?? 0) + by);
  };
  count(1);
  let isOver = false;
  return () => {
    if (!isOver) count(-1);
    isOver = true;
  };
}

/** Whether somebody still reads an array. */
export function isLent(array: ArrayBufferView): boolean {
  return (borrowers.get(array) ?? 0) > 0;
}
