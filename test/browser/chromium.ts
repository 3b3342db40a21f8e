import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "chrome.exe",
  "msedge.exe",
];

const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad"],
];

/** Path of a Chromium or Chrome: `FANTASCOPE_CHROMIUM`, or the first on the PATH; `null`, with a sentence, when there is none. */
export function findChromium(): string | null {
  const { FANTASCOPE_CHROMIUM: given, PATH = "" } = process.env;
  const candidates = given
    ? [given]
    : PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = candidates.find((file) => existsSync(file));
  if (found) return found;
  console.warn(
    given
      ? `Tests in a browser are skipped: ${given} does not exist.`
      : "Tests in a browser are skipped: no Chromium or Chrome on the PATH (set FANTASCOPE_CHROMIUM to one).",
  );
  return null;
}

/** A browser without a window. */
export interface Browser {
  /** Settles when the browser ends; gives the last of what it said. */
  readonly ended: Promise<string>;
  /** Ends it with all its processes and removes its profile. */
  close(): Promise<void>;
}

/**
 * Opens a page without a window, with a fresh profile.
 *
 * Without Chromium's sandbox, which cannot be had in most containers: for pages of this repository only.
 */
export function openChromium(program: string, url: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), "fantascope-browser-"));
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`, url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = () => child.kill("SIGKILL"); // its helpers end when they lose it
  process.once("exit", kill);
  let said = "";
  child.stderr!.on("data", (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  const ended = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message));
    child.once("close", () => done(said || "it said nothing")); // not "exit": the helpers hold the pipe too
  });
  return {
    ended,
    async close() {
      kill();
      process.off("exit", kill);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
