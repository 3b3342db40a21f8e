import { Option } from "commander";
import { DEVICE_CHOICES, type DeviceChoice, type DeviceName } from "../engine/devices.ts";
import type { CommandContext } from "./command-context.ts";

/** The option `--device`; without a default where a recipe may say it. */
export function deviceOption({ isInRecipe = false } = {}): Option {
  const option = new Option(
    "--device <name>",
    `where networks are computed; auto is the fastest that works here (${isInRecipe ? "default: cpu; " : ""}see fantascope doctor)`,
  ).choices(DEVICE_CHOICES);
  return isInRecipe ? option : option.default("cpu");
}

/** The device that a command will use. Says on standard error when that is not what was asked for, and why. */
export async function deviceHere(asked: DeviceChoice, { terminal }: CommandContext): Promise<DeviceName> {
  if (asked === "cpu") return "cpu";
  const { chooseDevice } = await import("../engine/devices/choose-device.ts");
  const { threadsHere } = await import("./threads-here.ts");
  terminal.note(`Trying ${asked === "auto" ? "the devices of this machine" : asked} with a short training …\n`);
  const { used, because } = await chooseDevice(asked, { threads: threadsHere() });
  terminal.note(because === undefined ? `Computing on ${used}.\n` : `${because}\n`);
  return used;
}
