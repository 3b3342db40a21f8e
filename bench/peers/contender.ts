/**
 * One side of a bench: a child process that does the work when told to.
 *
 * It speaks JSON lines. At start it says `{"name", "version", "workload"}` and perhaps `"operations"`, or `{"absent": reason}` and leaves. Then
 * for each line `run` it does the work once and says `{"ms"}`, and for `end` it says `{"peakMb"}` and leaves. `contender.py` is the same in
 * Python.
 */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** How to start a contender. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** A contender that has started and waits. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** Size of the work in words that both sides must agree on, such as the number of parameters. */
  readonly workload: string;
  /** Floating-point operations that one run cannot do without, where somebody counted them. */
  readonly operations?: number;
  /** Does the work once; milliseconds as measured inside the process. */
  run(): Promise<number>;
  /** Ends the process; its peak resident memory in MB. */
  finish(): Promise<number>;
}

/**
 * Starts a contender, or says in a sentence why it is absent.
 *
 * @param withinSeconds one that is not ready by then is ended, and absent
 */
export async function startContender(
  { file, args }: Command,
  { withinSeconds = 3600 }: { readonly withinSeconds?: number } = {},
): Promise<Contender | { readonly absent: string }> {
  const shown = [file, ...args].join(" ");
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  const end = new Promise<{ absent: string }>((resolve) => {
    child.on("error", (error) => resolve({ absent: `${file} cannot be started (${error.message}).` }));
    child.on("exit", (code) => resolve({ absent: `${shown} ended with code ${code}.` }));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const line = await Promise.race([lines.next(), end]);
    return "absent" in line || line.done ? await end : JSON.parse(line.value);
  };
  const ask = async (word: string, field: string): Promise<number> => {
    child.stdin.write(`${word}\n`);
    const reply = await answer();
    if (typeof reply[field] !== "number")
      throw new Error(reply.absent ?? `expected ${field}, got ${JSON.stringify(reply)}`);
    return reply[field];
  };
  let isLate = false;
  const impatience = setTimeout(() => {
    isLate = true;
    child.kill();
  }, withinSeconds * 1000);
  const hello = await answer();
  clearTimeout(impatience);
  if (isLate) return { absent: `${shown} was not ready within ${withinSeconds} s.` };
  if ("absent" in hello) return hello;
  return {
    name: hello.name,
    version: hello.version,
    workload: hello.workload,
    ...(hello.operations === undefined ? {} : { operations: hello.operations }),
    run: () => ask("run", "ms"),
    async finish() {
      const peakMb = await ask("end", "peakMb");
      child.stdin.end();
      await end; // its end
      return peakMb;
    },
  };
}

/** The child's side: announces itself, then does `run` whenever it is told to. */
export async function contend(
  identity: Pick<Contender, "name" | "version" | "workload" | "operations">,
  run: () => Promise<void>,
): Promise<void> {
  const say = (message: object) => console.log(JSON.stringify(message));
  say(identity);
  for await (const word of createInterface({ input: process.stdin })) {
    if (word === "end") break;
    const start = performance.now();
    await run();
    say({ ms: performance.now() - start });
  }
  say({ peakMb: peakMb() });
  process.stdin.destroy(); // an open pipe would keep the process alive
}

/** Peak resident memory of this process in MB: Linux's VmHWM, elsewhere what the C library knows. */
function peakMb(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
