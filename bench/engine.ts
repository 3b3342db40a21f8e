/**
 * Training steps and trained networks of the engine, against the same work in PyTorch (`peers/engine.py`, `peers/cyclegan.py`), as it is and
 * after `torch.compile`, and beside the floor: the operations of the work at the peak of this machine.
 *
 *     node bench/engine.ts [--runs 9] [--warmups 2] [--threads 2] [--only U-Net] [--no-compiled] [--compile-seconds 900] [--json rows.json]
 *     node bench/engine.ts --only "Brightfield U-Net 70 M" --runs 1 --warmups 1     (ours alone; only when named so)
 *
 * `torch.compile` writes C++ and needs a compiler (g++) for it; a row that it does not manage says why. Its memory counts with its own.
 * FANTASCOPE_BENCH_PYTHON names the Python that has PyTorch, else `python3`; FANTASCOPE_BENCH_LOWERING compares another lowering.
 */

import { fileURLToPath } from "node:url";
import { openProbes } from "../src/engine/diagnostics/index.ts";
import type { LoweringChoice } from "../src/engine/lowerings/index.ts";
import { runtimeVersion } from "../src/engine/session.ts";
import { cycleGanRows } from "./engine/cyclegan.ts";
import { denoiserRows, largeDenoiserRows } from "./engine/denoiser.ts";
import { detectorRows } from "./engine/detector.ts";
import { efficientNetRows } from "./engine/efficient-net.ts";
import { smallDenoiserRows, superResolverRows } from "./engine/held-out.ts";
import type { Row } from "./engine/row.ts";
import { segmenterRows } from "./engine/segmenter.ts";
import { bench, benchOptions } from "./harness.ts";
import { contend } from "./peers/contender.ts";

const rows: Readonly<Record<string, Row>> = {
  ...denoiserRows,
  ...cycleGanRows,
  ...efficientNetRows,
  ...segmenterRows,
  ...detectorRows,
  ...largeDenoiserRows,
  ...superResolverRows,
  ...smallDenoiserRows,
};

/** Rows that are run only when they are asked for. */
const unasked = { ...largeDenoiserRows, ...superResolverRows, ...smallDenoiserRows };

const [word, name, threads] = process.argv.slice(2);
if (word === "contend") {
  const lowering = (process.env.FANTASCOPE_BENCH_LOWERING ?? "auto") as LoweringChoice;
  const { parameters, operations, run } = await rows[name!]!.ours({ threads: Number(threads), lowering });
  const version = `onnxruntime ${runtimeVersion}, ${lowering}`;
  await contend({ name: "Fantascope", version, workload: `${parameters} parameters`, operations }, run);
} else {
  const options = benchOptions(process.argv.slice(2));
  const isNamed = (name: string) => options.only !== "" && name.startsWith(options.only);
  const asked = Object.entries(rows).filter(([name]) => isNamed(name) || !(name in unasked));
  const peers = ({ file, arguments: sizes }: NonNullable<Row["peer"]>) => {
    const command = (more: object) => ({
      file: process.env.FANTASCOPE_BENCH_PYTHON ?? "python3",
      args: [
        "-B", // no __pycache__ in the checkout
        fileURLToPath(new URL(`peers/${file}`, import.meta.url)),
        JSON.stringify({ ...sizes, threads: options.threads, ...more }),
      ],
    });
    return { peer: command({}), compiled: command({ compiled: true }) };
  };
  const cases = asked.map(([name, { peer }]) => ({
    name,
    ours: {
      file: process.execPath,
      args: [fileURLToPath(import.meta.url), "contend", name, `${options.threads}`],
    },
    ...(peer && peers(peer)),
  }));
  const probes = await openProbes({ threads: options.threads });
  const peak = {
    round: () => probes.round(),
    gflops() {
      const { convolutionGflops, productGflops } = probes.speed();
      return Math.max(convolutionGflops, productGflops);
    },
  };
  await bench("Engine", cases, options, peak);
  await probes.release();
}
