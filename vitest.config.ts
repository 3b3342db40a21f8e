import { defineConfig } from "vitest/config";

// Child processes, not threads: onnxruntime-node is a native module.
export default defineConfig({
  test: {
    pool: "forks",
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: ["test/setup.ts"],
  },
});
