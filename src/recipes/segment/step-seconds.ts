import type { DeviceName } from "../../engine/devices.ts";
import { stepSeconds } from "../step-seconds.ts";
import type { SegmentStepSeconds } from "./plan.ts";
import type { SegmentTrainings } from "./trainings.ts";

/** Seconds that one step of each training of the recipe takes here, with one thread. */
export async function segmentStepSeconds(
  { segmenter, cyclegan }: SegmentTrainings,
  device: DeviceName,
): Promise<SegmentStepSeconds> {
  let both = 0;
  for (const step of cyclegan) both += await stepSeconds(step, device);
  return { segmenter: (await stepSeconds(segmenter, device)) * 1.15, cyclegan: both * 1.1 };
}
