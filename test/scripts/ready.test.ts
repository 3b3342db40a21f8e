import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

// Plain JavaScript that must run on Node 18, so without types.
const script = (name: string) => new URL(`../../scripts/${name}`, import.meta.url);
const { ready, runsSource } = await import(script("ready.mjs").href);
const { withLock } = await import(script("lock.mjs").href);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fantascope-ready-"));
  writeFileSync(join(folder, "package.json"), "{}");
  writeLock("1.0.0");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const writeLock = (version: string) =>
  writeFileSync(
    join(folder, "package-lock.json"),
    JSON.stringify({
      packages: { "": {}, "node_modules/a": { version }, "node_modules/b": { version, optional: true } },
    }),
  );
const said: string[] = [];
const say = (text: string) => said.push(text);

/** An npm that does as the given JavaScript says, and notes that it was called. */
function npmThat(body: string): string[] {
  const file = join(folder, "npm.mjs");
  const note = `import fs from "node:fs"; fs.appendFileSync(${JSON.stringify(join(folder, "calls"))}, process.argv[2] + "\\n");`;
  writeFileSync(file, `${note}\n${body}`);
  return [process.execPath, file];
}
const calls = () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
const installs = `await new Promise((done) => setTimeout(done, 100)); fs.mkdirSync("node_modules/a", { recursive: true });
  fs.writeFileSync("node_modules/a/package.json", fs.readFileSync("package-lock.json"));`;

test("a Node is new enough from 22.18 on, but for the odd ones without support", () => {
  const versions = ["18.20.8", "20.20.2", "22.17.1", "22.18.0", "22.23.1", "23.5.0", "24.0.0", "24.21.0", "26.10.0"];
  expect(versions.filter(runsSource)).toEqual(["22.18.0", "22.23.1", "24.0.0", "24.21.0", "26.10.0"]);
});

describe.skipIf(process.platform === "win32")("ready", () => {
  test("installs once for all that start at the same time, then says nothing", async () => {
    const npm = npmThat(installs);
    const nodes = await Promise.all([
      ready({ folder, npm, say }),
      ready({ folder, npm, say }),
      ready({ folder, npm, say }),
    ]);
    expect(nodes).toEqual([process.execPath, process.execPath, process.execPath]);
    expect(calls()).toEqual(["ci"]);
    expect(said.splice(0)).toContainEqual(expect.stringMatching(/^Installing packages/));
    await ready({ folder, npm, say });
    expect([calls(), said]).toEqual([["ci"], []]);
    expect(readdirSync(join(folder, ".node"))).toEqual([]);
  });

  test("installs again when package-lock.json changed", async () => {
    const npm = npmThat(installs);
    await ready({ folder, npm, say });
    writeLock("1.0.1");
    await ready({ folder, npm, say });
    expect(calls()).toEqual(["ci", "ci"]);
    expect(readFileSync(join(folder, "node_modules/a/package.json"), "utf8")).toContain("1.0.1");
  });

  test("takes over what somebody installed by hand", async () => {
    mkdirSync(join(folder, "node_modules/a"), { recursive: true });
    const account = { packages: { "node_modules/a": { version: "1.0.0" } } };
    writeFileSync(join(folder, "node_modules/.package-lock.json"), JSON.stringify(account));
    const npm = npmThat(installs);
    writeFileSync(join(folder, "node_modules/a/package.json"), "{}");
    await ready({ folder, npm, say });
    expect(existsSync(join(folder, "calls"))).toBe(false);
    writeLock("1.0.1");
    await ready({ folder, npm, say });
    expect(calls()).toEqual(["ci"]);
  });

  test("an install that fails leaves the earlier one alone and says what to do", async () => {
    await ready({ folder, npm: npmThat(installs), say });
    writeLock("1.0.1");
    const npm = npmThat(`${installs} console.error("npm error code ENOTFOUND"); process.exit(1);`);
    await expect(ready({ folder, npm, say })).rejects.toThrow(/^The npm registry cannot be reached.*\n\n.*ENOTFOUND$/s);
    expect(readFileSync(join(folder, "node_modules/a/package.json"), "utf8")).toContain("1.0.0");
    expect(readdirSync(join(folder, ".node"))).toEqual([]);
  });

  test("an install killed half-way is not taken for a finished one", async () => {
    const hangs = npmThat(`${installs} setInterval(() => {}, 1000);`);
    const command = `import(${JSON.stringify(script("ready.mjs").href)}).then(({ ready }) => ready(${JSON.stringify({ folder, npm: hangs })}))`;
    const child = spawn(process.execPath, ["-e", command], { stdio: "ignore" });
    while (!existsSync(join(folder, "calls"))) await new Promise((done) => setTimeout(done, 20));
    child.kill("SIGTERM");
    expect(await new Promise((done) => child.once("close", done))).toBe(143);
    expect(existsSync(join(folder, "node_modules"))).toBe(false);
    await ready({ folder, npm: npmThat(installs), say });
    expect(calls()).toEqual(["ci", "ci"]);
  });

  test("a Node that is not the expected one is refused", async () => {
    const npm = npmThat(`fs.writeFileSync("node.tgz", "something else");`);
    const refusal = /gave another Node|registry has no Node/; // The second on platforms without a package.
    await expect(ready({ folder, npm, say, version: "18.20.8" })).rejects.toThrow(refusal);
    expect(readdirSync(join(folder, ".node"))).toEqual([]);
  });
});

test("the lock of a process that died is taken, by one of those waiting at a time", async () => {
  const lock = join(folder, "lock");
  mkdirSync(lock);
  writeFileSync(join(lock, "dead"), "");
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise((done) => setTimeout(done, 60));
    inside--;
  };
  const options = { renewMs: 50, deadAfterMs: 300 };
  await Promise.all(Array.from({ length: 5 }, () => withLock(lock, work, options)));
  expect(most).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test("the lock of a process that works longer than the dead stay still is respected", async () => {
  const lock = join(folder, "lock");
  const order: string[] = [];
  const first = withLock(
    lock,
    async () => {
      await new Promise((done) => setTimeout(done, 700));
      order.push("first");
    },
    { renewMs: 50, deadAfterMs: 300 },
  );
  const second = withLock(lock, async () => order.push("second"), { renewMs: 50, deadAfterMs: 300 });
  await Promise.all([first, second]);
  expect(order).toEqual(["first", "second"]);
});
