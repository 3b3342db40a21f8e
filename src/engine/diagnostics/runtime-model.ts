import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeModel } from "../../onnx/decode.ts";
import type { OnnxModel } from "../../onnx/model.ts";
import { openSession, type SessionOptions } from "../session.ts";

/**
 * A model as the runtime will run it: with what it joins and leaves out, its nodes in the order in which they run if it may rewrite the model at all. Nothing is
 * computed; opening takes as long as it does before every training.
 */
export async function runtimeModel(model: OnnxModel, options: SessionOptions = {}): Promise<OnnxModel> {
  const folder = await mkdtemp(join(tmpdir(), "fantascope-model-"));
  try {
    const rewrittenModelFile = join(folder, "model.onnx");
    const session = await openSession(model, { ...options, rewrittenModelFile });
    await session.release();
    return decodeModel(await readFile(rewrittenModelFile), { where: "the runtime's graph" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
