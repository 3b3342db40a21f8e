import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { imageOfCanonical } from "../../src/data/canonical-image.ts";
import { writeDataset } from "../../src/data/write-dataset.ts";
import { fluorescenceNuclei } from "../../src/microscope/presets.ts";
import { simulateCanonical } from "../../src/microscope/simulate-canonical.ts";
import { start, tree } from "./invoke.ts";

const base = mkdtempSync(join(tmpdir(), "fantascope-stop-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const data = join(base, "data");

beforeAll(async () => {
  const settings = fluorescenceNuclei();
  const items = Array.from({ length: 4 }, (_, index) => {
    const { image, labels } = simulateCanonical({ settings }, { size: 96, random: random(index) });
    const provenance = { origin: "synthetic", method: "simulate", seed: 0, index } as const;
    return {
      name: `${index}`,
      group: `${index}`,
      image: imageOfCanonical(image),
      annotations: { instances: labels },
      provenance,
    };
  });
  await writeDataset(data, items, { name: "canonical" });
});

const train = (out: string) => start(["train", "--data", data, "--steps", "14", "--out", join(base, out)]);

test("Ctrl-C keeps the training, and the same command continues it to the same bits", async () => {
  const whole = await train("whole.safetensors").outcome;
  expect(whole.code).toBe(0);

  const { child, outcome } = train("stopped.safetensors");
  while (!tree(base).some((name) => name.endsWith(".checkpoint"))) await setTimeout(20);
  child.kill("SIGINT");
  const stopped = await outcome;
  expect(stopped.code).toBe(130);
  expect(stopped.err).toMatch(/Stopping as soon as the work is kept/);
  expect(stopped.err).toMatch(
    /the same command continues:\n {2}node .*fantascope\.mjs train --data .* --out .*stopped\.safetensors\n$/,
  );
  expect(existsSync(join(base, "stopped.safetensors"))).toBe(false);
  expect(tree(base).filter((name) => name.endsWith(".tmp"))).toEqual([]);

  const continued = await train("stopped.safetensors").outcome;
  expect(continued).toMatchObject({ code: 0 });
  expect(readFileSync(join(base, "stopped.safetensors")).equals(readFileSync(join(base, "whole.safetensors")))).toBe(
    true,
  );
  expect(tree(base).filter((name) => name.endsWith(".checkpoint"))).toEqual([]);
});

test("a second Ctrl-C ends at once, by the signal itself", async () => {
  const module = new URL("../../src/cli/interruption.ts", import.meta.url);
  const busy = `import { interruption } from "${module}";
    interruption({ note: (text) => process.stdout.write(text) });
    setInterval(() => {}, 1000);
    console.log("working");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", busy], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  for await (const text of child.stdout) {
    if (/working/.test(text)) child.kill("SIGINT");
    if (/once more stops at once/.test(text)) child.kill("SIGINT");
  }
  expect(await ended).toEqual([null, "SIGINT"]);
});

test("a wrong input ends the real program with 2", async () => {
  const { code, err } = await start(["check", join(base, "nothing")]).outcome;
  expect([code, err]).toEqual([2, expect.stringMatching(/^Error: .*got no such folder/)]);
});
