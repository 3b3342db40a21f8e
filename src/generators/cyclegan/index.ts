export * from "../condition.ts";
export * from "./fit.ts";
export * from "./generate.ts";
export * from "./low-pass.ts";
export * from "./model-file.ts";
export * from "./networks.ts";
export * from "./steganography.ts";
export * from "./step.ts";
