import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What `work` gives, done while no other process does its own under the same lock.
 *
 * The lock is a folder with one file, named after its holder, whose time the holder renews. Who waits watches that file: when it
 * stands still, the holder is dead, and removing the file leaves an empty folder that exactly one of those waiting can take.
 * (Watching instead of comparing clocks, because a laptop may have slept; no process ids, because containers share folders.)
 *
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @param {{ renewMs?: number, deadAfterMs?: number, onWait?: () => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, { renewMs = 1000, deadAfterMs = 10_000, onWait = () => {} } = {}) {
  const holder = randomUUID();
  if (!take(folder, holder)) {
    onWait();
    await waitFor(folder, holder, deadAfterMs);
  }
  const renew = setInterval(() => attempt(() => utimesSync(join(folder, holder), new Date(), new Date())), renewMs);
  const release = () => {
    rmSync(join(folder, holder), { force: true });
    attempt(() => rmdirSync(folder));
  };
  const stop = (signal) => process.exit(signal === "SIGINT" ? 130 : 143);
  process.once("exit", release).once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await work();
  } finally {
    clearInterval(renew);
    process.off("exit", release).off("SIGINT", stop).off("SIGTERM", stop);
    release();
  }
}

/** Takes the lock if it is free: a prepared folder can be renamed over an empty one, never over another holder's. */
function take(folder, holder) {
  const prepared = `${folder}-${holder}`;
  mkdirSync(prepared, { recursive: true });
  writeFileSync(join(prepared, holder), "");
  attempt(() => rmdirSync(folder)); // Windows does not rename over an empty folder.
  if (attempt(() => renameSync(prepared, folder))) return true;
  rmSync(prepared, { recursive: true, force: true });
  return false;
}

async function waitFor(folder, holder, deadAfterMs) {
  let seen = "";
  let since = performance.now();
  while (!take(folder, holder)) {
    const [current, state] = stateOf(folder);
    if (state !== seen) [seen, since] = [state, performance.now()];
    else if (current && performance.now() - since > deadAfterMs) rmSync(join(folder, current), { force: true });
    await sleep(Math.min(200, deadAfterMs / 5));
  }
}

/** The holder of the lock, and a text that changes whenever the holder does something. */
function stateOf(folder) {
  try {
    const [current = ""] = readdirSync(folder);
    return [current, current && `${current} ${statSync(join(folder, current)).mtimeMs}`];
  } catch {
    return ["", ""];
  }
}

/** Whether something could be done; a missing right to write is an error all the same. */
function attempt(action) {
  try {
    action();
    return true;
  } catch (error) {
    if (["EACCES", "EROFS", "ENOSPC"].includes(error.code) && process.platform !== "win32") throw error;
    return false;
  }
}
