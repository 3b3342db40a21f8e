/**
 * The part of onnxruntime's C interface that sessions need, called from JavaScript through koffi, in the very library that onnxruntime-node has loaded.
 *
 * The interface is a table of functions. Their places never change: new ones are added at its end (onnxruntime_c_api.h, `OrtApi`). Everything opaque,
 * such as a session or a status, is an address.
 *
 * @see https://onnxruntime.ai/docs/api/c/struct_ort_api.html
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import koffi from "koffi";

/** Where something lies in memory; 0 is nothing. */
export type Address = bigint;

/** Place of each function in the table, its parameters, and what it gives: a status, which is 0 when all went well, where nothing else is said. */
const FUNCTIONS = {
  getErrorMessage: { place: 2, takes: ["void *"], gives: "const char *" },
  createEnv: { place: 3, takes: ["int", "const char *", "_Out_ void **"] },
  createSessionFromArray: { place: 8, takes: ["void *", "const void *", "size_t", "void *", "_Out_ void **"] },
  run: {
    place: 9,
    takes: ["void *", "void *", "const char **", "void **", "size_t", "const char **", "size_t", "void **"],
  },
  createSessionOptions: { place: 10, takes: ["_Out_ void **"] },
  disableMemPattern: { place: 17, takes: ["void *"] },
  setSessionLogSeverityLevel: { place: 22, takes: ["void *", "int"] },
  setSessionGraphOptimizationLevel: { place: 23, takes: ["void *", "int"] },
  setIntraOpNumThreads: { place: 24, takes: ["void *", "int"] },
  createTensorWithDataAsOrtValue: {
    place: 49,
    takes: ["void *", "const void *", "size_t", "const int64_t *", "size_t", "int", "_Out_ void **"],
  },
  createCpuMemoryInfo: { place: 69, takes: ["int", "int", "_Out_ void **"] },
  releaseStatus: { place: 93, takes: ["void *"], gives: "void" },
  releaseSession: { place: 95, takes: ["void *"], gives: "void" },
  releaseValue: { place: 96, takes: ["void *"], gives: "void" },
  releaseSessionOptions: { place: 100, takes: ["void *"], gives: "void" },
  addSessionConfigEntry: { place: 130, takes: ["void *", "const char *", "const char *"] },
  createAndRegisterAllocator: { place: 144, takes: ["void *", "void *", "void *"] },
  createArenaCfgV2: { place: 164, takes: ["const char **", "const size_t *", "size_t", "_Out_ void **"] },
  addExternalInitializers: { place: 210, takes: ["void *", "const char **", "void **", "size_t"] },
} as const satisfies Record<string, { place: number; takes: readonly string[]; gives?: string }>;

type Call = (...parameters: readonly unknown[]) => unknown;

/** The functions, by their names in {@link FUNCTIONS}. */
export type CInterface = Readonly<Record<keyof typeof FUNCTIONS, Call>>;

/** A version of the table that has all of these functions; later runtimes go on giving it. */
const TABLE_VERSION = 14;

/** Levels of log messages, from all to none: errors. */
export const LOGS_ERRORS = 3;

/**
 * The C interface of the runtime of a version.
 *
 * @throws Error when this platform has no such library, or koffi does not work here
 */
export function loadCInterface(version: string): CInterface {
  const library = koffi.load(libraryFile(version));
  const [getTable, getVersion] = koffi.decode(library.func("OrtGetApiBase", "void *", [])(), "void *", 2) as Address[];
  const found = koffi.call(getVersion, koffi.proto("const char *", []));
  if (found !== version) throw new Error(`the library is onnxruntime ${found}, expected ${version}`);
  const table = koffi.call(getTable, koffi.proto("void *", ["uint32_t"]), TABLE_VERSION) as Address;
  const size = 1 + Math.max(...Object.values(FUNCTIONS).map(({ place }) => place));
  const places = koffi.decode(table, "void *", size) as Address[];
  const calls = Object.entries(FUNCTIONS).map(([name, { place, takes, ...rest }]) => {
    const prototype = koffi.proto("gives" in rest ? rest.gives : "void *", [...takes]);
    return [name, koffi.decode(places[place], prototype) as Call] as const;
  });
  return Object.fromEntries(calls) as CInterface;
}

/** The library inside onnxruntime-node. */
function libraryFile(version: string): string {
  const { platform, arch } = process;
  const names: Partial<Record<NodeJS.Platform, string>> = {
    linux: "libonnxruntime.so.1",
    darwin: `libonnxruntime.${version}.dylib`,
    win32: "onnxruntime.dll",
  };
  const name = names[platform];
  if (!name) throw new Error(`onnxruntime-node has no library for ${platform}`);
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(main, "../../bin/napi-v6", platform, arch, name);
}
