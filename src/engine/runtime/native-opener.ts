import type { OnnxModel } from "../../onnx/model.ts";
import { isNode, runtimeVersion } from "./binding.ts";
import type { Opened } from "./opened.ts";
import type { CompleteOptions } from "./session-options.ts";

/** Opens a model through the runtime's C interface. Its outputs are float32, of the very shapes that it states. */
export type NativeOpener = (model: OnnxModel, options: CompleteOptions) => Opened;

let found: Promise<NativeOpener | undefined> | undefined;

/**
 * The opener, or nothing in a browser, in a worker thread, and on platforms that lack a part of it: there the binding does the same, only slower.
 *
 * Its file is named while the program runs, so that bundlers do not take Node's modules into pages.
 */
export function nativeOpener(): Promise<NativeOpener | undefined> {
  found ??= isNode ? load().catch(() => undefined) : Promise.resolve(undefined);
  return found;
}

async function load(): Promise<NativeOpener> {
  const file = `./native.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`;
  const { createNativeOpener } = await import(/* @vite-ignore */ file);
  return createNativeOpener(runtimeVersion);
}
