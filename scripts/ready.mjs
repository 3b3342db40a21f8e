import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";

/** The repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const PINNED = "24.21.0";

/** The registry's packages of the pinned Node, one per platform, with the hash of each. */
const nodePackages = {
  "linux-x64": "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  "linux-arm64": "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  "win-x64": "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
};

/**
 * Path of a Node that runs the source, with all packages installed for it.
 *
 * Fetches what is missing from the npm registry, and nothing from anywhere else: the pinned Node when this one is too old, and the
 * packages when there are none or `package-lock.json` changed. Everything is prepared in a folder of its own and renamed into
 * place, so that whatever is there is whole, whenever somebody was interrupted. Silent when there is nothing to do.
 *
 * @param {{ folder?: string, version?: string, npm?: readonly string[], say?: (text: string) => void }} [options] the repository;
 *   version of the Node that runs this; command that starts npm; where to say what is being fetched
 * @returns {Promise<string>}
 */
export async function ready(options = {}) {
  const { folder = root, version = process.versions.node, npm = npmCommand(), say = console.error } = options;
  const node = runsSource(version) ? process.execPath : pinnedNode(folder);
  if (existsSync(node) && isInstalled(folder)) return node;

  mkdirSync(join(folder, ".node"), { recursive: true });
  const onWait = () => say("Waiting for another start that is installing …");
  return await withLock(
    join(folder, ".node", "lock"),
    async () => {
      for (const left of readdirSync(join(folder, ".node")).filter((name) => /^(?:new|lock)-/.test(name)))
        rmSync(join(folder, ".node", left), { recursive: true, force: true, maxRetries: 3 });
      if (!existsSync(node)) await fetchNode(folder, npm, say);
      if (!isInstalled(folder)) await installPackages(folder, node, npm, say);
      return node;
    },
    { onWait },
  );
}

/** Whether a Node runs TypeScript directly and is one of those that the packages support: 22.18 or later, or 24 or later. */
export function runsSource(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major >= 24 || (major === 22 && minor >= 18);
}

function pinnedNode(folder) {
  return join(folder, ".node", `v${PINNED}`, "bin", process.platform === "win32" ? "node.exe" : "node");
}

async function fetchNode(folder, npm, say) {
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const integrity = nodePackages[platform];
  if (!integrity)
    throw new Error(
      `Fantascope needs Node 22.18 or later; this is ${process.versions.node}. The npm registry has no Node ${PINNED} for ` +
        `${platform}: please install Node 24 yourself (https://nodejs.org), then start again.`,
    );
  say(`Fetching Node ${PINNED} from the npm registry (once, about 50 MB; this is ${process.versions.node}) …`);
  await inNewFolder(folder, async (temporary) => {
    await runNpm([...npm, "pack", `node-${platform}@${PINNED}`, "--ignore-scripts"], temporary, process.execPath);
    const archive = readdirSync(temporary).find((name) => name.endsWith(".tgz"));
    const bytes = readFileSync(join(temporary, archive));
    const received = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    if (received !== integrity)
      throw new Error(
        `The npm registry gave another Node ${PINNED} than expected: its hash is ${received}. Nothing was installed.`,
      );
    await run("tar", ["-xzf", archive], { cwd: temporary });
    const unpacked = join(temporary, "package");
    await run(join(unpacked, "bin", process.platform === "win32" ? "node.exe" : "node"), ["--version"], {
      cwd: temporary,
    });
    renameSync(unpacked, join(folder, ".node", `v${PINNED}`));
  });
}

async function installPackages(folder, node, npm, say) {
  say("Installing packages from the npm registry (once, about a minute) …");
  await inNewFolder(folder, async (temporary) => {
    for (const name of ["package.json", "package-lock.json", ".npmrc"])
      if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(temporary, name));
    await runNpm([...npm, "ci", "--ignore-scripts"], temporary, node);
    const installed = join(temporary, "node_modules");
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, ".fantascope"), fingerprint(temporary));
    const target = join(folder, "node_modules");
    if (existsSync(target)) renameSync(target, join(temporary, "old"));
    renameSync(installed, target);
  });
}

/** What the packages were installed from, and for what. */
function fingerprint(folder) {
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  return `${lock} ${process.platform}-${process.arch}\n`;
}

function isInstalled(folder) {
  const stamp = join(folder, "node_modules", ".fantascope");
  const wanted = fingerprint(folder);
  if (existsSync(stamp)) return readFileSync(stamp, "utf8") === wanted;
  if (!isInstalledByHand(folder)) return false;
  try {
    writeFileSync(stamp, wanted);
  } catch {} // Only a note to be quicker next time; the folder may be another user's.
  return true;
}

/** Whether somebody's own `npm ci` or `npm install` brought just these packages. npm keeps its account in a hidden file. */
function isInstalledByHand(folder) {
  const account = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(account)) return false;
  const present = JSON.parse(readFileSync(account, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" ||
      (present[path]?.version === version && existsSync(join(folder, path, "package.json"))) ||
      (optional && !present[path]),
  );
}

async function inNewFolder(folder, work) {
  const temporary = mkdtempSync(join(folder, ".node", "new-"));
  try {
    await work(temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** How npm starts. On Windows it is no program but a script beside Node. */
function npmCommand() {
  if (process.platform !== "win32") return ["npm"];
  return [process.execPath, join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js")];
}

/**
 * Runs npm with the Node that will use the packages: with an older one it would leave out native parts that declare a newer.
 *
 * onnxruntime-node's install script, which would fetch from elsewhere, is switched off twice: with all scripts, and by name.
 */
async function runNpm([command, ...parameters], cwd, node) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", PATH: path };
  const patience = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", "--no-audit", "--no-fund"];
  try {
    await run(command, [...parameters, ...patience], { cwd, env });
  } catch (error) {
    const advice = OFFLINE.test(error.message)
      ? "The npm registry cannot be reached. It is needed for the first start only: connect to the internet (or set your mirror with " +
        "`npm config set registry URL`), then start again."
      : "npm could not install what Fantascope needs. Mend what it says below, then start again.";
    throw new Error(`${advice}\n\n${error.message}`);
  }
}

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED/;

/** Runs a program to its end, quietly; when it fails, the error holds the beginning of what it complained about. */
function run(command, parameters, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const end = () => child.kill();
    process.once("exit", end);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    const fail = (why) => {
      const complaint = output.split("\n").filter((line) => line.trim() && !/^npm warn|^npm error +at /.test(line));
      reject(new Error([`${command} ${parameters.join(" ")}: ${why}`, ...complaint.slice(0, 12)].join("\n")));
    };
    child.once("error", (error) => {
      process.off("exit", end);
      fail(error.code === "ENOENT" ? `${command} is not installed` : error.message);
    });
    child.once("close", (code, signal) => {
      process.off("exit", end);
      if (code === 0) resolve();
      else fail(`ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}
