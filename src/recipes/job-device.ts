import type { DeviceName } from "../engine/devices.ts";
import type { RunInputs } from "./recipe-kind.ts";

/** Where the networks of a run are computed, as it was settled at first. */
export function jobDevice({ device }: Pick<RunInputs, "device">): DeviceName {
  return device?.used ?? "cpu";
}
