/** The table of devices: where a model can be computed. A device changes speed and the last digits of a result, nothing else (docs/devices.md). */

/** What the engine must know of a device. */
export interface Device {
  /** What it is, for people. */
  readonly told: string;
  /**
   * Whether results can stay in the device's own memory and be handed to the next run there. onnxruntime-node binds buffers of WebGPU only:
   * with CUDA all numbers cross the bus at every run.
   */
  readonly keepsResults: boolean;
  /** Whether several threads of one process may compute on it at once. With WebGPU that ends the process (onnxruntime-node 1.30). */
  readonly sharedByThreads: boolean;
}

/** Every device by the name that `--device` takes and the runtime gives to its provider. */
export const devices = {
  cpu: { told: "the processor", keepsResults: false, sharedByThreads: true },
  webgpu: { told: "a graphics processor through WebGPU", keepsResults: true, sharedByThreads: false },
  cuda: { told: "an NVIDIA graphics processor through CUDA", keepsResults: false, sharedByThreads: true },
} as const satisfies Record<string, Device>;

/** Name of a device. */
export type DeviceName = keyof typeof devices;

/** A device, or the fastest that works here. */
export type DeviceChoice = DeviceName | "auto";

/** Every {@link DeviceChoice}. */
export const DEVICE_CHOICES = [...(Object.keys(devices) as DeviceName[]), "auto"] as const satisfies DeviceChoice[];
