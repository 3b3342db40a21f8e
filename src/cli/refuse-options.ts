import { RecipeError } from "../core/errors.ts";

/**
 * Insists that options which only the other kind of model understands were not given: ignored, they would seem to have worked.
 *
 * @param where the command with what it was asked for
 * @param options values by the option's name on the command line; those that were not given are undefined
 * @throws {@link RecipeError} that names them
 */
export function refuseOptions(where: string, options: Readonly<Record<string, unknown>>, fix: string): void {
  const given = Object.keys(options).filter((name) => options[name] !== undefined);
  if (given.length > 0)
    throw new RecipeError({ where, expected: "no option of another kind of model", received: given.join(", "), fix });
}
