import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, it, vi } from "vitest";
import { DataError, SessionError } from "../../src/core/errors.ts";
import { resolveRecipe } from "../../src/recipes/resolve.ts";
import { openRunFolder } from "../../src/recipes/run-folder.ts";
import { inWorker, type WorkerTask } from "../../src/recipes/worker-process.ts";

let begun: ChildProcess | undefined;
vi.mock("node:child_process", async (original) => {
  const actual = await original<typeof import("node:child_process")>();
  return { ...actual, fork: (...given: Parameters<typeof fork>) => (begun = actual.fork(...given)) };
});

const base = await mkdtemp(join(tmpdir(), "fantascope-worker-"));
afterAll(() => rm(base, { recursive: true, force: true }));
const real = join(base, "no images here");
const recipe = resolveRecipe({ recipe: "segment", real });
const folder = await openRunFolder(join(base, "run"), recipe);
const settling: WorkerTask = { type: "settle", title: "settling", folder: folder.path, recipe };
const file = new URL("../../src/recipes/worker.ts", import.meta.url);

it("passes on an error as one of its class, with its facts", async () => {
  const error = await inWorker(settling, {}).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(DataError);
  expect(error).toMatchObject({ name: "DataError", kind: "data", where: real });
  expect(begun!.exitCode ?? begun!.signalCode).not.toBeNull(); // nothing is left running
});

it("says how a process ended that did not finish", async () => {
  const stop = new AbortController();
  const result = inWorker(settling, { signal: stop.signal });
  begun!.kill("SIGKILL");
  const error = await result.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(SessionError);
  expect(error).toMatchObject({ where: "settling", received: "SIGKILL" });
});

it("leaves it to the process that began it when to stop, and ends with it", async () => {
  const worker = fork(file, { serialization: "advanced" });
  worker.send({ ...settling, recipe: { ...recipe, real: undefined } }); // simulates a microscope and looks at its images first
  const [progress] = await once(worker, "message");
  expect(progress).toMatchObject({ type: "progress" });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) worker.kill(name);
  const [after] = await once(worker, "message"); // still at work
  expect(after.type).not.toBe("failed");
  worker.disconnect();
  expect(await once(worker, "exit")).toEqual([0, null]);
});

it("ends without a word when that process is killed, a program on the command line too", {
  timeout: 20_000,
}, async () => {
  const program = `
    const { inWorker } = await import(${JSON.stringify(new URL("worker-process.ts", file).href)});
    const task = ${JSON.stringify({ ...settling, recipe: { ...recipe, real: undefined } })};
    await inWorker(task, { onProgress: () => console.log("at work") });`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program]);
  const said = text(parent.stderr); // ends when nobody holds it any more, neither parent nor worker
  await once(parent.stdout, "data");
  parent.kill("SIGKILL");
  expect(await said).toBe("");
});
