import { type DeviceChoice, type DeviceName, devices } from "../devices.ts";
import { type DeviceFinding, type ExamineDeviceOptions, examineDevice } from "./examine-device.ts";

/** Which device is used, and what people should know of that. */
export interface ChosenDevice {
  readonly asked: DeviceChoice;
  readonly used: DeviceName;
  /** Why something else is used than what was asked for, why `auto` stays on the processor, or that the device asked for is the slower one. */
  readonly because?: string;
}

/**
 * The device to use. A device that was asked for and does not work here is replaced by the processor: the results are the same but for the last
 * digits, and `because` says so. `auto` is the fastest of those that work, so never a processor that plays a graphics processor.
 *
 * `cpu` asks nobody. Everything else is tried in a process of its own ({@link examineDevice}), which takes a few seconds.
 */
export async function chooseDevice(
  asked: DeviceChoice,
  options: ExamineDeviceOptions & { /** How to try a device. */ readonly examine?: typeof examineDevice } = {},
): Promise<ChosenDevice> {
  if (asked === "cpu") return { asked, used: "cpu" };
  const { examine = examineDevice, ...trial } = options;
  if (asked !== "auto") {
    const finding = await examine(asked, trial);
    if (!finding.works)
      return { asked, used: "cpu", because: `${asked} does not work here: ${finding.because}. Computing on cpu.` };
    const isSlower = finding.stepMs > finding.cpuStepMs;
    return { asked, used: asked, ...(isSlower ? { because: `Computing on ${whyNot(finding)}` } : {}) };
  }
  const others = (Object.keys(devices) as DeviceName[]).filter((name) => name !== "cpu");
  const findings: DeviceFinding[] = [];
  for (const name of others) findings.push(await examine(name, trial)); // one after the other, since they are timed
  const [fastest] = findings
    .flatMap((finding) => (finding.works && finding.stepMs < finding.cpuStepMs ? [finding] : []))
    .sort((a, b) => a.stepMs - b.stepMs);
  if (fastest) return { asked, used: fastest.device };
  return { asked, used: "cpu", because: `cpu is the best here. Not taken: ${findings.map(whyNot).join(" ")}` };
}

function whyNot(finding: DeviceFinding): string {
  if (!finding.works) return `${finding.device}: ${finding.because}.`;
  const times = Number((finding.stepMs / finding.cpuStepMs).toPrecision(2));
  return `${finding.device}, where a trial step takes ${times} times as long as on cpu; software adapters do.`;
}
