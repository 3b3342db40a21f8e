import { InvalidArgumentError } from "commander";

/** What a number on the command line must be. */
export interface NumberLimits {
  readonly min: number;
  readonly max?: number;
  /** Only whole numbers. */
  readonly whole?: boolean;
}

/** Parser of an option's number; commander adds the option's name to the message. */
export function numberOption({
  min,
  max = Number.POSITIVE_INFINITY,
  whole = false,
}: NumberLimits): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    const range = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Expected a ${whole ? "whole " : ""}number ${range}.`);
  };
}

/** Parser of a whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return numberOption({ min, whole: true });
}
