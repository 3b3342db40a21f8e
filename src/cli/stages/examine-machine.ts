import { mkdtemp, rm, statfs } from "node:fs/promises";
import os from "node:os";
import { join } from "node:path";
import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import { readImage, writePng, writeTiff } from "../../data/formats/index.ts";
import { memoryDataset } from "../../data/memory-dataset.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { fluorescenceNuclei } from "../../microscope/presets.ts";
import { simulateCanonical } from "../../microscope/simulate-canonical.ts";
import { memoryHere, peakMemoryMb } from "../../recipes/machine.ts";
import { formatMemory } from "../../report/format.ts";
import { fitSegmenter, segmenterStep } from "../../tasks/segment/fit.ts";

/** What was found about one need of the program. */
export interface MachineFinding {
  readonly subject: string;
  /** `bad` means that the program cannot work here; what is `absent` would only make it faster. */
  readonly state: "good" | "doubtful" | "absent" | "bad";
  readonly told: string;
  /** What to do when it is not good. */
  readonly fix?: string;
}

/** What the default recipe wants. */
const WANTED = { node: [22, 18], memoryGb: 2, diskGb: 2 } as const;

/** A training that takes a few seconds on one core, and the share of its first loss that it must fall below. */
const TRIAL = { pairs: 16, steps: 60, batchSize: 3, cropPx: 64, mustFallTo: 0.6 };

/** Looks at everything that the program needs, from Node to a short training; each need is one finding. */
export async function examineMachine({ signal, onProgress }: WorkOptions = {}): Promise<MachineFinding[]> {
  const examinations: readonly (readonly [subject: string, examine: () => Promise<Omit<MachineFinding, "subject">>])[] =
    [
      ["Node", examineNode],
      ["processor", examineProcessor],
      ["memory", examineMemory],
      ["disk", examineDisk],
      ["image files", examineFormats],
      ["onnxruntime", examineRuntime],
      ["webgpu", () => examineGraphics("webgpu")],
      ["cuda", () => examineGraphics("cuda")],
      ["training", () => examineTraining(signal)],
    ];
  const findings: MachineFinding[] = [];
  for (const [index, [subject, examine]] of examinations.entries()) {
    onProgress?.({ stage: `examine ${subject}`, done: index, total: examinations.length });
    findings.push({ subject, ...(await examine().catch(broken)) });
  }
  return findings;
}

/** A need whose examination itself failed. */
function broken(error: unknown): Omit<MachineFinding, "subject"> {
  if ((error as { kind?: string }).kind === "cancelled") throw error;
  return {
    state: "bad",
    told: (error as Error).message.split("\n")[0]!,
    fix: "Install again: delete node_modules and run npm ci --ignore-scripts.",
  };
}

async function examineNode(): Promise<Omit<MachineFinding, "subject">> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantedMajor, wantedMinor] = WANTED.node;
  const isNew = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  const told = `${process.version} on ${os.platform()} ${os.arch()}`;
  return isNew
    ? { state: "good", told }
    : { state: "bad", told, fix: `Node ${wantedMajor}.${wantedMinor} or newer is needed.` };
}

async function examineProcessor(): Promise<Omit<MachineFinding, "subject">> {
  const cores = os.availableParallelism();
  const told = `${os.cpus()[0]?.model.trim() || "unknown model"}, ${cores} ${cores === 1 ? "core" : "cores"}`;
  return cores > 1
    ? { state: "good", told }
    : { state: "doubtful", told, fix: "With one core everything takes twice as long; give more --minutes." };
}

async function examineMemory(): Promise<Omit<MachineFinding, "subject">> {
  const { totalMb, freeMb } = memoryHere();
  const [total, free] = [totalMb / 2 ** 10, freeMb / 2 ** 10];
  const told = `${total.toFixed(1)} GB, ${free.toFixed(1)} GB of it free`;
  return free >= WANTED.memoryGb
    ? { state: "good", told }
    : { state: "doubtful", told, fix: "Close other programs, or use fewer processes: --workers 1." };
}

async function examineDisk(): Promise<Omit<MachineFinding, "subject">> {
  const { bavail, bsize } = await statfs(process.cwd());
  const free = (bavail * bsize) / 2 ** 30;
  const told = `${free.toFixed(1)} GB free where you are`;
  return free >= WANTED.diskGb
    ? { state: "good", told }
    : { state: "doubtful", told, fix: "Free some space, or write to another disk with --out." };
}

/** Writes and reads an image of each kind. */
async function examineFormats(): Promise<Omit<MachineFinding, "subject">> {
  const folder = await mkdtemp(join(os.tmpdir(), "fantascope-doctor-"));
  try {
    const image = {
      data: Uint16Array.from({ length: 64 }, (_, i) => 1000 * i),
      pixelType: "uint16",
      channels: 1,
      height: 8,
      width: 8,
    } as const;
    const files = [join(folder, "image.tif"), join(folder, "image.png")] as const;
    await writeTiff(files[0], image);
    await writePng(files[1], image);
    for (const file of files) {
      const { data } = await readImage(file);
      if (!image.data.every((value, i) => data[i] === value)) throw new Error(`${file} came back changed`);
    }
    return { state: "good", told: "16-bit TIFF and PNG come back as they were written" };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function examineRuntime(): Promise<Omit<MachineFinding, "subject">> {
  const { runtimeVersion, writesInPlace } = await import("../../engine/session.ts");
  const { preferredLowering } = await import("../../engine/lowerings/index.ts");
  const speed =
    (await preferredLowering()) === "cpu"
      ? "with its fast blocked operators"
      : "without blocked operators: training is slower";
  const results = (await writesInPlace()) ? "results in place" : "results copied: training is a little slower";
  return { state: "good", told: `version ${runtimeVersion} is loaded, ${speed}, ${results}` };
}

/** Tries a device in a process of its own: a driver that crashes must not end the examination. */
async function examineGraphics(name: DeviceName): Promise<Omit<MachineFinding, "subject">> {
  const { examineDevice } = await import("../../engine/devices/examine-device.ts");
  const { threadsHere } = await import("../threads-here.ts");
  const finding = await examineDevice(name, { threads: threadsHere() });
  if (!finding.works) return { state: "absent", told: finding.because };
  const [there, here] = [finding.stepMs, finding.cpuStepMs].map((ms) => `${ms.toPrecision(2)} ms`);
  const told = `works: a trial step takes ${there}, on cpu ${here}`;
  return finding.stepMs < finding.cpuStepMs
    ? { state: "good", told: `${told}. Use it with --device ${name}, or --device auto.` }
    : { state: "doubtful", told: `${told}, so --device auto leaves it alone` };
}

/** Trains a small segmenter for a few seconds: the loss must fall. What that takes stands beside what was estimated before. */
async function examineTraining(signal: AbortSignal | undefined): Promise<Omit<MachineFinding, "subject">> {
  const stream = random(0).fork("doctor");
  const calibration = { settings: fluorescenceNuclei() };
  const pairs = Array.from({ length: TRIAL.pairs }, (_, index) => {
    const { image, labels } = simulateCanonical(calibration, {
      size: TRIAL.cropPx,
      random: stream.fork("pair", index),
    });
    const provenance = { origin: "synthetic", method: "simulate", seed: 0, index } as const;
    return {
      name: `${index}`,
      group: "trial",
      image: imageOfCanonical(image),
      annotations: { instances: labels },
      provenance,
    };
  });
  const { batchSize, cropPx, steps } = TRIAL;
  const processMb = process.memoryUsage.rss() / 2 ** 20;
  const stepEnds: number[] = [];
  const { curves, seconds } = await fitSegmenter(memoryDataset("trial", pairs), {
    random: stream.fork("fit"),
    steps,
    batchSize,
    cropPx,
    onProgress: () => stepEnds.push(performance.now()),
    ...(signal ? { signal } : {}),
  });
  const measured = { ms: medianGap(stepEnds), peakMb: peakMemoryMb() };
  const { estimateStep } = await import("../../engine/diagnostics/index.ts"); // afterwards: its probes take memory of their own
  const estimated = await estimateStep(segmenterStep({ batchSize, cropPx, peakLearningRate: 1e-3, steps }), {
    processMb,
  });
  const loss = curves.loss ?? [];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [first, last] = [mean(loss.slice(0, 3)), mean(loss.slice(-3))];
  const told =
    `${steps} steps in ${seconds.toFixed(1)} s, loss ${first.toFixed(2)} to ${last.toFixed(2)}; ` +
    `a step takes ${measured.ms.toFixed(0)} ms (estimated with nothing else running: ${estimated.ms.toFixed(0)}), ` +
    `all of it ${formatMemory(measured.peakMb)} of memory (estimated: ${formatMemory(estimated.peakMb)})`;
  return last < TRIAL.mustFallTo * first
    ? { state: "good", told }
    : { state: "bad", told, fix: "The loss should fall; please report this with the lines above." };
}

/** Median of what lies between points in time, in the unit that they have. */
function medianGap(times: readonly number[]): number {
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
}
