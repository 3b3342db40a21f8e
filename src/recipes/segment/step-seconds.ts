import type { DeviceName } from "../../engine/devices.ts";
import { stepSeconds } from "../step-seconds.ts";
import type { SegmentStepSeconds } from "./plan.ts";
import type { segmentTrainings } from "./trainings.ts";

/** Seconds that one step of each training of the recipe takes here, with one thread. */
export async function segmentStepSeconds(
  { segmenter, cyclegan }: ReturnType<typeof segmentTrainings>,
  device: DeviceName,
): Promise<SegmentStepSeconds> {
  const generators = await stepSeconds(cyclegan[0], device);
  const discriminators = await stepSeconds(cyclegan[1], device);
  return { segmenter: (await stepSeconds(segmenter, device)) * 1.15, cyclegan: (generators + discriminators) * 1.1 };
}
