import { FormatError } from "../../core/errors.ts";
import { fileColumns, type LocalizationColumn, type LocalizationTable } from "./localization-columns.ts";

/** Reads a table piece by piece, so that a file need never be in memory as a whole. */
export interface LocalizationParser {
  /** The next bytes of the file; pieces may end anywhere. */
  push(bytes: Uint8Array): void;
  /** The table, once all bytes were pushed. */
  finish(): LocalizationTable;
}

const [NEWLINE, RETURN, QUOTE, SPACE, MINUS, POINT, ZERO, NINE] = [10, 13, 34, 32, 45, 46, 48, 57];
/** Integers up to 10¹⁵ and powers of ten up to 10²² are exact, so their quotient is the nearest double. */
const powersOfTen = Array.from({ length: 23 }, (_, power) => 10 ** power);

/** Number written in these bytes; `NaN` when it is none. */
function numberAt(bytes: Uint8Array, from: number, to: number): number {
  let start = from;
  let end = to;
  while (start < end && (bytes[start] === SPACE || bytes[start] === QUOTE)) start++;
  while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === QUOTE || bytes[end - 1] === RETURN)) end--;
  if (start === end) return Number.NaN;
  let digits = 0;
  let decimals = -1;
  let value = 0;
  const first = bytes[start] === MINUS ? start + 1 : start;
  for (let i = first; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= ZERO && byte <= NINE) {
      value = 10 * value + byte - ZERO;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === POINT && decimals < 0) decimals = 0;
    else digits = Number.POSITIVE_INFINITY;
  }
  if (digits === 0) return Number.NaN;
  // Exponents, and more digits than a double holds, are left to the language.
  if (digits > 15) return Number(Buffer.from(bytes.subarray(start, end)).toString("latin1"));
  const size = decimals > 0 ? value / powersOfTen[decimals]! : value;
  return first > start ? -size : size;
}

/** A column that grows by doubling. */
function growing() {
  let data = new Float64Array(1024);
  let count = 0;
  return {
    add(value: number) {
      if (count === data.length) {
        const wider = new Float64Array(2 * count);
        wider.set(data);
        data = wider;
      }
      data[count++] = value;
    },
    done: () => data.slice(0, count),
  };
}

/**
 * Parser of localisation tables as comma-, semicolon- or tab-separated text with a header line.
 *
 * @param where names the file in errors, which end in `:LINE`
 * @param options.pixelSizeUm size of a camera pixel, for files in pixels
 */
export function localizationParser(where: string, options: { pixelSizeUm?: number } = {}): LocalizationParser {
  let rest = new Uint8Array(0);
  let line = 0;
  let separator = 44;
  let headers: string[] | undefined;
  const targets: ({ column: LocalizationColumn; factor: number; add(value: number): void } | null)[] = [];
  const store = new Map<LocalizationColumn, ReturnType<typeof growing>>();

  const badRow = (expected: string, received: string) =>
    new FormatError({
      where: `${where}:${line}`,
      expected,
      received,
      fix: "Correct or delete this line; the file may have been cut short or edited.",
    });

  const readHeader = (text: string) => {
    const mark = ["\t", ";", ","].find((candidate) => text.includes(candidate)) ?? ",";
    separator = mark.charCodeAt(0);
    headers = text.replace(/^\ufeff/, "").split(mark);
    for (const found of fileColumns(headers, `${where}:1`, options)) {
      if (!found) {
        targets.push(null);
        continue;
      }
      const column = growing();
      store.set(found.column, column);
      targets.push({ ...found, add: column.add });
    }
  };

  const readRow = (bytes: Uint8Array, from: number, to: number) => {
    let field = 0;
    let start = from;
    for (let i = from; i <= to; i++) {
      if (i < to && bytes[i] !== separator) continue;
      const target = targets[field];
      if (target) {
        const value = numberAt(bytes, start, i);
        const mayBeMissing = target.column !== "xNm" && target.column !== "yNm" && target.column !== "frame";
        if (!Number.isFinite(value)) {
          const text = Buffer.from(bytes.subarray(start, i)).toString("utf8").trim().slice(0, 40);
          // Fits that failed are written as NaN or Infinity by some programs; without a position the row is worthless.
          if (!mayBeMissing || !/^"?([+-]?(nan|inf|infinity|∞))?"?$/i.test(text))
            throw badRow(`a number in column "${headers![field]!.trim()}"`, text === "" ? "nothing" : `"${text}"`);
        } else if (target.column === "frame" && !(Number.isInteger(value) && value >= 0 && value < 2 ** 31))
          throw badRow("a whole frame number from 0 on", String(value));
        target.add(value * target.factor);
      }
      field++;
      start = i + 1;
    }
    if (field !== headers!.length) throw badRow(`${headers!.length} values, as the header has`, `${field}`);
  };

  const readLine = (bytes: Uint8Array, from: number, to: number) => {
    line++;
    const end = to > from && bytes[to - 1] === RETURN ? to - 1 : to;
    if (!headers) readHeader(Buffer.from(bytes.subarray(from, end)).toString("utf8"));
    else if (end > from) readRow(bytes, from, end);
  };

  return {
    push(piece) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        readLine(bytes, start, end);
        start = end + 1;
      }
      rest = new Uint8Array(bytes.subarray(start)); // a copy: the caller may reuse its buffer
    },
    finish() {
      if (rest.length > 0 || !headers) readLine(rest, 0, rest.length);
      rest = new Uint8Array(0);
      const columns = Object.fromEntries([...store].map(([name, column]) => [name, column.done()]));
      const xNm = columns.xNm!;
      const frame = columns.frame ? Int32Array.from(columns.frame) : new Int32Array(xNm.length).fill(1);
      return { ...columns, count: xNm.length, frame, xNm, yNm: columns.yNm! };
    },
  };
}
