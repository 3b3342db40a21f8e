import type { DeviceName } from "../../engine/devices.ts";

/**
 * The device among the settings that decide a result, since its last digits differ. Nothing for the processor, so that folders which earlier
 * versions began to fill continue.
 */
export function elsewhere(device: DeviceName): { readonly device?: DeviceName } {
  return device === "cpu" ? {} : { device };
}
