import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { DeviceName } from "../devices.ts";
import type { DeviceTrial } from "./trial.ts";

/** Whether a device works here, and if not, why. */
export type DeviceFinding =
  | ({ readonly device: DeviceName; readonly works: true } & DeviceTrial)
  | { readonly device: DeviceName; readonly works: false; readonly because: string };

/** How to try a device. */
export interface ExamineDeviceOptions {
  /** Threads of the processor that the device is compared with. */
  readonly threads?: number;
  /** How long a trial may take; a processor that plays a graphics processor needs several seconds. */
  readonly timeoutMs?: number;
}

/** How far the losses of a trial may be apart, as a share of the loss: rounding makes 1e-6. */
const MOST_APART = 1e-3;

/** Trials of this process: drivers do not come and go while it runs. */
const found = new Map<string, Promise<DeviceFinding>>();

/**
 * Tries a device with a few training steps, in a process of its own, so that a driver that crashes or hangs does no harm here. Asked again, it
 * gives the first answer.
 */
export function examineDevice(
  device: DeviceName,
  { threads = 1, timeoutMs = 120_000 }: ExamineDeviceOptions = {},
): Promise<DeviceFinding> {
  const key = `${device} ${threads}`;
  const known = found.get(key) ?? examined(device, threads, timeoutMs);
  found.set(key, known);
  return known;
}

async function examined(device: DeviceName, threads: number, timeoutMs: number): Promise<DeviceFinding> {
  const answer = await askedInProcess(device, threads, timeoutMs);
  if ("because" in answer) return { device, works: false, because: answer.because };
  if ("error" in answer) return { device, works: false, because: plainReason(answer.error) };
  if (!(answer.apart <= MOST_APART))
    return {
      device,
      works: false,
      because: `its losses are ${(100 * answer.apart).toPrecision(2)} % away from the processor's`,
    };
  return { device, works: true, ...answer };
}

type Answer = DeviceTrial | { readonly error: string } | { readonly because: string };

function askedInProcess(device: DeviceName, threads: number, timeoutMs: number): Promise<Answer> {
  const script = fileURLToPath(
    new URL(`./trial-process${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
  );
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, device, `${threads}`],
      { timeout: timeoutMs, killSignal: "SIGKILL" },
      (error, stdout) => {
        const line = stdout.trim().split("\n").at(-1) ?? "";
        if (line.startsWith("{")) resolve(JSON.parse(line) as Answer);
        else if (error?.killed)
          resolve({ because: `a trial training gave no answer within ${Math.round(timeoutMs / 1000)} s` });
        else if (error?.signal) resolve({ because: `its driver ended a trial training (${error.signal})` });
        else resolve({ because: `a trial training ended with code ${error?.code ?? 0} and said nothing` });
      },
    );
  });
}

/** The runtime's words about a device that is not there, in ours. */
function plainReason(message: string): string {
  if (/adapter/i.test(message)) return "no graphics adapter here that WebGPU can use (is a Vulkan driver installed?)";
  if (/Failed to load shared library|backend not found|is unsupported/.test(message))
    return "the onnxruntime installed here has no provider for it";
  return `the runtime refused: ${message.split("\n")[0]}`;
}
