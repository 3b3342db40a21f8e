/**
 * Every error that Fantascope raises on purpose.
 *
 * The text always reads `where: expected X, got Y. What to do.`; the fields carry the same facts for programs.
 * `docs/errors.md` lists each class, and a test keeps that list complete.
 */

/** What an error of any kind can say besides its message. */
export interface ErrorDetails {
  /** The place: a file, a path inside a recipe, an operator with its name. */
  readonly where: string;
  /** What should have been there, in plain words. */
  readonly expected: string;
  /** What was there instead. */
  readonly received: string;
  /** What the reader can do about it: a full sentence. */
  readonly fix?: string;
  /** The error underneath, when there is one. */
  readonly cause?: unknown;
}

/** An error whose message says where, what was expected, what came, and how to mend it. */
export abstract class FantascopeError extends Error implements ErrorDetails {
  abstract readonly kind: string;
  readonly where: string;
  readonly expected: string;
  readonly received: string;
  readonly fix?: string;

  constructor(details: ErrorDetails) {
    const { where, expected, received, fix, cause } = details;
    super(
      `${where}: expected ${expected}, got ${received}.${fix ? ` ${fix}` : ""}`,
      cause === undefined ? {} : { cause },
    );
    this.where = where;
    this.expected = expected;
    this.received = received;
    if (fix !== undefined) this.fix = fix;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** Array shapes that do not fit together. */
export class ShapeError extends FantascopeError {
  readonly kind = "shape";
}

/** A derivative that does not exist, or was asked for where none can flow. */
export class GradientError extends FantascopeError {
  readonly kind = "gradient";
}

/** A graph that cannot be built: a duplicate name, a value of another graph, an unknown operator. */
export class GraphError extends FantascopeError {
  readonly kind = "graph";
}

/** A physical quantity outside what is possible, such as a numerical aperture above the refractive index. */
export class UnitError extends FantascopeError {
  readonly kind = "unit";
}

/** A recipe or command-line option that is unknown, missing or out of range; `where` is the path in the recipe. */
export class RecipeError extends FantascopeError {
  readonly kind = "recipe";
}

/** A file that is broken, unsupported, or not what its name says. */
export class FormatError extends FantascopeError {
  readonly kind = "format";
}

/** A data set that cannot serve: empty, mismatched sizes, labels that are none, leaks between splits. */
export class DataError extends FantascopeError {
  readonly kind = "data";
}

/** The runtime refused or failed to run a graph. */
export class SessionError extends FantascopeError {
  readonly kind = "session";
}

/** Training met NaN or Inf again after rolling back once. */
export class DivergenceError extends FantascopeError {
  readonly kind = "divergence";
}

/** Results could not be written, or the folder belongs to another run. */
export class OutputError extends FantascopeError {
  readonly kind = "output";
}

/** The user, or the calling program, stopped the work; what was done so far is kept. */
export class CancelledError extends FantascopeError {
  readonly kind = "cancelled";
}
