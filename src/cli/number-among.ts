import { InvalidArgumentError } from "commander";

/** Parser of an option that takes one of a few numbers; commander adds the option's name to the message. */
export function numberAmong<const Value extends number>(values: readonly Value[]): (text: string) => Value {
  return (text) => {
    const found = values.find((value) => text.trim() !== "" && value === Number(text));
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Expected one of ${values.join(", ")}.`);
  };
}
