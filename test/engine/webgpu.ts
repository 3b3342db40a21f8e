import { examineDevice } from "../../src/engine/devices/examine-device.ts";

/** Why tests with WebGPU cannot run here, said once in the output; nothing where they can. */
export async function missingWebgpu(what: string): Promise<string | undefined> {
  const finding = await examineDevice("webgpu");
  if (finding.works) return undefined;
  process.stdout.write(`skipped: ${what}, because webgpu does not work here: ${finding.because}\n`);
  return finding.because;
}
