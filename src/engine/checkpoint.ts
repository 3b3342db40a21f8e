/** A training put on disk so that nothing can half-replace it. */

import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { FormatError, OutputError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "../onnx/safetensors.ts";
import type { State } from "./step.ts";

/** What a checkpoint holds: the numbers of a state, and notes as texts. */
export interface Checkpoint {
  readonly state: State;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a checkpoint as safetensors.
 *
 * @throws {@link OutputError} when the file cannot be written; the old one is untouched
 */
export function saveCheckpoint(file: string, checkpoint: Checkpoint): void {
  writeFileAtomically(file, encodeCheckpoint(checkpoint));
}

/**
 * Writes a file beside its place, flushes it to the disk and renames it into place: whatever happens, the file is the old one or the
 * new one. Missing folders are made.
 *
 * @throws {@link OutputError} when it cannot be written; the old file is untouched
 */
export function writeFileAtomically(file: string, content: Uint8Array | string): void {
  const temporary = `${file}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeDurably(temporary, typeof content === "string" ? new TextEncoder().encode(content) : content);
    renameSync(temporary, file);
  } catch (cause) {
    if (existsSync(temporary)) rmSync(temporary);
    throw new OutputError({
      where: file,
      expected: "to write the file",
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "Check the free space and the permissions of the folder.",
      cause,
    });
  }
}

/**
 * Reads a checkpoint back.
 *
 * @returns nothing when there is no such file
 * @throws {@link FormatError} when the file is not whole or cannot be read
 */
export function loadCheckpoint(file: string): Checkpoint | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR"].includes(code)) return undefined;
    throw new FormatError({ where: file, expected: "a readable checkpoint", received: message, cause });
  }
  return decodeCheckpoint(bytes, file);
}

/** Bytes of a checkpoint, with a hash of everything in them. */
export function encodeCheckpoint({ state, metadata }: Checkpoint): Uint8Array {
  const sha256 = contentHash(state, metadata);
  return encodeSafetensors(Object.fromEntries(state), { ...metadata, sha256 });
}

/** Checkpoint of some bytes. @throws {@link FormatError} when they are not what was written */
export function decodeCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { sha256, ...notes } = metadata;
  const state: State = new Map(Object.entries(tensors as Record<string, Tensor>));
  if (sha256 !== contentHash(state, notes))
    throw new FormatError({
      where,
      expected: "a checkpoint with the hash that was written into it",
      received: "other contents",
      fix: "Delete the file to start this training anew.",
    });
  return { state, metadata: notes };
}

function writeDurably(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, "w");
  try {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 over names, shapes and numbers in the order of names, and over the notes. */
function contentHash(state: State, metadata: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  for (const name of [...state.keys()].sort()) {
    const { data, shape } = state.get(name)!;
    hash.update(`${name}[${shape.join()}]`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  hash.update(JSON.stringify(Object.entries(metadata).sort()));
  return hash.digest("hex");
}
