import { spawn } from "node:child_process";
import { expect, test } from "vitest";

const launch = new URL("../../scripts/launch.mjs", import.meta.url).href;

/** Tells what it was started with and each signal it gets, then ends with the number of signals; `how` is what comes after. */
const program = (how: string) => `
  let signals = 0;
  const end = (signal) => { console.log(signal); if (++signals === 1) setTimeout(() => process.exit(10 + signals), 150); };
  process.on("SIGINT", end).on("SIGTERM", end);
  console.log("started", ...process.argv.slice(1));
  ${how}`;

/** Both ways of becoming another Node: replacing this one, and watching over it as an old Node must. */
const ways = { replacing: "", watching: "process.execve = undefined;" };

async function started(way: keyof typeof ways, how: string, signal?: NodeJS.Signals) {
  const parameters = JSON.stringify(["-e", program(how), "--", "a b"]);
  const command = `${ways[way]} import(${JSON.stringify(launch)}).then(({ become }) => become(process.execPath, ${parameters}))`;
  const child = spawn(process.execPath, ["-e", command], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    if (signal && String(chunk).includes("started")) child.kill(signal);
  });
  const end = await new Promise((done) => child.once("close", (code, signal) => done(code ?? signal)));
  return { output: output.trim().split("\n"), end };
}

const wait = "setTimeout(() => {}, 5000);";

// Windows knows neither these signals nor replacing.
test.skipIf(process.platform === "win32").each(["replacing", "watching"] as const)(
  "%s: arguments, exit code and signals are those of the program, each once",
  async (way) => {
    expect(await started(way, "process.exitCode = 3;")).toEqual({ output: ["started a b"], end: 3 });
    expect(await started(way, wait, "SIGINT")).toEqual({ output: ["started a b", "SIGINT"], end: 11 });
    expect(await started(way, wait, "SIGTERM")).toEqual({ output: ["started a b", "SIGTERM"], end: 11 });
    expect(await started(way, `process.kill(process.pid, "SIGKILL"); ${wait}`)).toMatchObject({ end: "SIGKILL" });
  },
);
