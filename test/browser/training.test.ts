import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { findChromium, openChromium } from "./chromium.ts";
import { serveRepository } from "./serve-page.ts";
import { type SmallTraining, smallTraining } from "./small-training.ts";

const chromium = findChromium();

/** What the page made of {@link smallTraining}. */
async function trainedInPage(): Promise<{ readonly training: SmallTraining; readonly served: ReadonlySet<string> }> {
  const site = await serveRepository();
  const browser = openChromium(chromium!, `${site.url}/test/browser/page.html`);
  try {
    const ended = browser.ended.then((said) => ({ error: `the browser ended: ${said}` }));
    const late = setTimeout(100_000, { error: "no answer within 100 s" }, { ref: false });
    const training = (await Promise.race([site.answer, ended, late])) as SmallTraining & { readonly error?: string };
    if (training.error) throw new Error(training.error);
    return { training, served: site.served };
  } finally {
    await browser.close();
    site.close();
  }
}

test.skipIf(chromium === null)("a page builds, differentiates and trains a network as Node does", async () => {
  const { training, served } = await trainedInPage();
  const node = await smallTraining();
  expect(training.firstWeights).toEqual(node.firstWeights);
  expect(training.losses).toHaveLength(20);
  expect(training.losses).toBeAllclose(node.losses, { relative: 1e-4, absolute: 0 });
  expect(training.lowering).toBe("portable"); // onnxruntime-web has no blocked operators, and `auto` noticed
  for (const file of ["src/engine/gradient.ts", "src/engine/session.ts", "src/nn/networks/unet.ts"])
    expect(served).toContain(file);
});

test("the training that is compared learns, and depends on its seed", async () => {
  const [{ losses }, other] = [await smallTraining(), await smallTraining({ seed: 1 })];
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
  expect(other.losses).not.toBeAllclose(losses, { relative: 1e-2, absolute: 0 });
});

test("the documentation shows the page that is tested", () => {
  const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
  expect(read("../../docs/engine.md")).toContain(`\`\`\`html\n${read("page.html")}\`\`\``);
});
