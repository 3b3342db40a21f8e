import type { DeviceName } from "../devices.ts";

/** How to run a model. */
export interface SessionOptions {
  /** Where to compute. Nodes that a device's provider lacks are computed by the processor, within the same run (docs/devices.md). */
  readonly device?: DeviceName;
  /**
   * Outputs that stay where they were computed: see `deviceOf`. On devices that cannot keep results it changes nothing.
   */
  readonly kept?: readonly string[];
  /** Threads inside one operator. One is usually best when several trainings share the machine. A browser has its own rule (docs/engine.md). */
  readonly threads?: number;
  /** How far the runtime rewrites the graph when it opens it. */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /** Whether nodes that compute the same stay apart: they may be meant to come at different times. */
  readonly equalNodesStay?: boolean;
  /** Whether what depends on constants alone is computed at every run. Otherwise the runtime keeps its results, however large. */
  readonly constantsStay?: boolean;
  /** Whether outputs have the very shapes that the model states: then the runtime can write them where they shall be, which saves a copy. */
  readonly exactShapes?: boolean;
  /** ONNX file that receives the graph as the runtime will run it. Its nodes stand in the order of the run only if the runtime may rewrite the graph. */
  readonly rewrittenModelFile?: string;
  /** Beginning of the name of a JSON file that has an event for every node of every run, complete once the session is released. */
  readonly traceFilePrefix?: string;
}

/** {@link SessionOptions} with every default filled in. */
export type CompleteOptions = Required<Omit<SessionOptions, "rewrittenModelFile" | "traceFilePrefix">> & SessionOptions;

/** Settings that both ways give the runtime, by the names of its C interface. */
export function configuration({ equalNodesStay, constantsStay }: CompleteOptions): Readonly<Record<string, string>> {
  const disabled = [...(equalNodesStay ? [JOINS_EQUAL_NODES] : []), ...(constantsStay ? [FOLDS_CONSTANTS] : [])];
  return {
    "session.intra_op.spin_duration_us": `${SPIN_US}`,
    ...(disabled.length > 0 ? { "optimization.disable_specified_optimizers": disabled.join(";") } : {}),
  };
}

/**
 * How long a thread that has nothing to do looks for work before it sleeps, in µs. The runtime's own measure is a number of looks, which takes 50 ms on
 * processors that pause long between two: meanwhile JavaScript runs at a third of its speed, and other sessions wait.
 */
const SPIN_US = 1000;

/** The runtime's own names of what joins nodes that compute the same, and of what computes nodes of constants once. */
const [JOINS_EQUAL_NODES, FOLDS_CONSTANTS] = ["CommonSubexpressionElimination", "ConstantFolding"];
