export * from "./fit.ts";
export * from "./network.ts";
export * from "./predict.ts";
export * from "./tiles.ts";
