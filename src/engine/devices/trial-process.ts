/** A process for one trial, because a driver may end the process that asks it. Its arguments are a device and threads; it prints one line. */

import type { DeviceName } from "../devices.ts";
import { deviceTrial } from "./trial.ts";

const [device, threads] = process.argv.slice(2);
try {
  const trial = await deviceTrial(device as DeviceName, { threads: Number(threads) });
  process.stdout.write(`${JSON.stringify(trial)}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: (error as Error).message })}\n`);
}
