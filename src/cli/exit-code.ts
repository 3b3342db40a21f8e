import { FantascopeError } from "../core/errors.ts";

/** The program did its work and found a fault in what it was given: `check` an error, `doctor` something missing. */
export const FOUND_FAULT = 1;
/** Input, options or output folder are wrong; the message says how to mend them. */
export const WRONG_INPUT = 2;
/** A fault of the program itself (`EX_SOFTWARE` of sysexits). */
export const OUR_FAULT = 70;
/** Stopped on request (128 + SIGINT). */
export const CANCELLED = 130;

/** An error that explains itself: one of ours, or one that a worker thread sent home, which arrives as plain fields. */
export function isExplained(error: unknown): error is FantascopeError {
  if (error instanceof FantascopeError) return true;
  return error instanceof Error && "kind" in error && "where" in error && "expected" in error && "received" in error;
}

/** What a failed command says on standard error, and the exit code that says the same to programs. */
export function failure(error: unknown, command: string): { readonly code: number; readonly text: string } {
  if (isExplained(error) && error.kind === "cancelled")
    return {
      code: CANCELLED,
      text: `Stopped. Everything finished so far is kept; the same command continues:\n  ${command}\n`,
    };
  if (isExplained(error)) return { code: WRONG_INPUT, text: `Error: ${error.message}\n` };
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: OUR_FAULT,
    text: `${told}\n\nThis is a fault of fantascope, not yours. Please report it with the lines above and the command:\n  ${command}\n`,
  };
}
