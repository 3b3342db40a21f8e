import { crc32, deflateRawSync } from "node:zlib";
import { OutputError } from "../../core/errors.ts";

/** What a zip file counts with without its 64-bit extension. */
const MAX_BYTES = 2 ** 32 - 1;

/** 1 January 1980, the first day a zip file knows: the same content gives the same bytes on any day. */
const FIRST_DAY = 0x0021;

/** Bit 11: names are UTF-8. */
const UTF8 = 0x0800;

/** One file inside. */
interface Entry {
  readonly name: Uint8Array;
  readonly bytes: Uint8Array;
  readonly stored: Uint8Array;
  /** 8: deflated; 0: as it is, where deflating saves nothing. */
  readonly method: number;
  readonly crc: number;
}

/**
 * Bytes of a zip archive with these files, in their order.
 *
 * @throws {@link OutputError} above 4 GB
 * @see PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16
 */
export function zip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...files].map(([name, bytes]): Entry => {
    const deflated = deflateRawSync(bytes);
    const shrinks = deflated.length < bytes.length;
    const [stored, method] = shrinks ? [deflated, 8] : [bytes, 0];
    return { name: new TextEncoder().encode(name), bytes, stored, method, crc: crc32(bytes) };
  });
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const local = [signed(0x04034b50, [u16(20), ...common(entry), u16(0)]), entry.name, entry.stored];
    const more = [u16(0), u16(0), u16(0), u16(0), u32(0), u32(offset)]; // no extra field, comment, disk or attributes
    directory.push(signed(0x02014b50, [u16(20), u16(20), ...common(entry), ...more]), entry.name);
    pieces.push(...local);
    offset += byteCount(local);
  }
  const [count, size] = [entries.length, byteCount(directory)];
  const end = signed(0x06054b50, [u16(0), u16(0), u16(count), u16(count), u32(size), u32(offset), u16(0)]);
  if (offset + size > MAX_BYTES || count > 0xffff)
    throw new OutputError({ where: "zip archive", expected: "at most 4 GB", received: `${offset + size} bytes` });
  return Buffer.concat([...pieces, ...directory, end]);
}

/** What the local header and the directory say alike. */
function common({ name, bytes, stored, method, crc }: Entry): Uint8Array[] {
  return [
    u16(UTF8),
    u16(method),
    u16(0),
    u16(FIRST_DAY),
    u32(crc),
    u32(stored.length),
    u32(bytes.length),
    u16(name.length),
  ];
}

function signed(signature: number, fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([u32(signature), ...fields]);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}

function byteCount(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((total, piece) => total + piece.length, 0);
}
