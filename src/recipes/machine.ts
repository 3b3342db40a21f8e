import { readFileSync } from "node:fs";
import os from "node:os";
import type { DeviceName } from "../engine/devices.ts";
import { preferredLowering } from "../engine/lowerings/index.ts";
import { runtimeVersion } from "../engine/session.ts";
import type { RunRecord } from "./record.ts";

/** The machine and the versions that numbers were made with. */
export async function machine(workers: number, device: DeviceName): Promise<RunRecord["machine"]> {
  return {
    platform: `${os.platform()} ${os.arch()}`,
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    onnxruntime: runtimeVersion,
    device,
    lowering: await preferredLowering(device),
    workers,
  };
}

/** Version of this package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string })
    .version;
}

/** Memory of the machine, or of the container that this process is in, in MB. */
export interface Memory {
  readonly totalMb: number;
  /** What new programs can have. */
  readonly freeMb: number;
}

/** Memory here and now. */
export function memoryHere(): Memory {
  const limit = process.constrainedMemory();
  const total = Math.min(os.totalmem(), limit > 0 ? limit : Number.POSITIVE_INFINITY);
  return { totalMb: total / 2 ** 20, freeMb: Math.min(total, process.availableMemory()) / 2 ** 20 };
}

/** Largest memory that this process has held so far, in MB. */
export function peakMemoryMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
