import { open, readFile } from "node:fs/promises";
import { FantascopeError, FormatError } from "../../core/errors.ts";

/** Bytes of a file, fetched where they are needed. */
export interface FileBytes {
  readonly path: string;
  readonly size: number;
  /** Exactly these bytes; a {@link FormatError} that names the file when it ends before. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** The error for a file that could not be opened or read; errors that already explain themselves pass unchanged. */
export function inputError(path: string, cause: unknown): FantascopeError {
  if (cause instanceof FantascopeError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const received =
    code === "ENOENT"
      ? "no such file"
      : code === "EISDIR"
        ? "a folder"
        : code === "EACCES"
          ? "permission denied"
          : message;
  return new FormatError({
    where: path,
    expected: "a readable file",
    received,
    fix: "Check the path and its permissions.",
    cause,
  });
}

/** All bytes of a file. */
export async function fileBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw inputError(path, cause);
  }
}

/**
 * Opens a file, hands its bytes to `use`, and closes it again.
 *
 * @throws {@link FormatError} when the file cannot be opened, or `use` reads beyond its end
 */
export async function withFile<T>(path: string, use: (bytes: FileBytes) => Promise<T>): Promise<T> {
  const file = await open(path, "r").catch((cause) => {
    throw inputError(path, cause);
  });
  try {
    const { size } = await file.stat();
    const read = async (offset: number, length: number) => {
      if (!(offset >= 0 && length >= 0 && offset + length <= size))
        throw new FormatError({
          where: path,
          expected: `bytes ${offset} to ${offset + length}`,
          received: `a file of ${size} bytes`,
          fix: "The file is cut short or damaged: copy or download it again.",
        });
      const buffer = Buffer.alloc(length); // own memory at offset 0, so that it can be viewed as wider numbers
      let done = 0;
      while (done < length) {
        const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) throw new Error(`the file ended at byte ${offset + done} while it was read`);
        done += bytesRead;
      }
      return buffer;
    };
    return await use({ path, size, read });
  } catch (cause) {
    throw inputError(path, cause);
  } finally {
    await file.close();
  }
}
