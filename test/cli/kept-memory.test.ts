import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { keptMemory } from "../../src/cli/kept-memory.ts";

const file = new URL("../../src/cli/kept-memory.ts", import.meta.url).href;
const code = `
  const { keepFreedMemory } = await import(${JSON.stringify(file)});
  keepFreedMemory(process.argv[1]);
  const set = Object.entries(process.env).filter(([name]) => name.startsWith("MALLOC_"));
  console.log(JSON.stringify({ pid: process.pid, parameters: process.argv.slice(1), set: Object.fromEntries(set) }));`;

async function started(env: NodeJS.ProcessEnv, command = "fit") {
  const parameters = ["--input-type=module", "-e", code, "--", command, "a b"];
  const child = spawn(process.execPath, parameters, { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  await once(child, "close");
  return { ...JSON.parse(output), same: JSON.parse(output).pid === child.pid };
}

const others = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MALLOC_")));

// Elsewhere there is no glibc, and nothing to do.
test.skipIf(process.platform !== "linux")(
  "the same process starts over with its allocator set where a command trains alone, unless somebody set it",
  async () => {
    expect(await started(others)).toMatchObject({ same: true, parameters: ["fit", "a b"], set: keptMemory });
    expect((await started(others, "run")).set).toEqual({});
    const chosen = { MALLOC_TRIM_THRESHOLD_: "1" };
    expect((await started({ ...others, ...chosen })).set).toEqual(chosen);
  },
);
