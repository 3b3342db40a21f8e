/** Numbers as the pages print them. One place, so that the same quantity looks the same everywhere. */

/** Real minus sign: a hyphen is too short beside digits. */
function withMinus(text: string): string {
  return text.replace(/^-/, "−");
}

/** Number with so many decimals: `28.41`. */
export function formatDecimals(value: number, decimals: number): string {
  return withMinus(value.toFixed(decimals));
}

/** The same with its sign: `+0.61`. */
export function formatSigned(value: number, decimals: number): string {
  return value > 0 ? `+${value.toFixed(decimals)}` : formatDecimals(value, decimals);
}

/** Score with three decimals: `0.904`. */
export function formatScore(value: number): string {
  return formatDecimals(value, 3);
}

/** Interval of a score: `0.881–0.921`; with a word where a minus sign could be mistaken for the dash. */
export function formatInterval(low: number, high: number): string {
  return `${formatScore(low)}${low < 0 ? " to " : "–"}${formatScore(high)}`;
}

/** Difference with its sign: `+0.023`. */
export function formatDifference(value: number): string {
  return formatSigned(value, 3);
}

/** Interval of a difference: `+0.014 to +0.052`. */
export function formatDifferenceInterval(low: number, high: number): string {
  return `${formatDifference(low)} to ${formatDifference(high)}`;
}

/** Share as a percentage, one decimal below ten: `3.5 %`. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  const decimals = percent !== 0 && Math.abs(percent) < 9.95 ? 1 : 0;
  return `${withMinus(percent.toFixed(decimals))} %`;
}

/** Signed percentage: `+3.5 %`. */
export function formatSignedShare(share: number): string {
  return share > 0 ? `+${formatShare(share)}` : formatShare(share);
}

/** p-value: `0.012`, or `< 0.001`. */
export function formatP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** Any number with at most three significant digits: `0.3`, `0.0284`, `12.3`, `12,345`. */
export function formatNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 100) return withMinus(Math.round(value).toLocaleString("en-US"));
  if (size < 0.001) return withMinus(value.toExponential(1));
  return withMinus(String(Number(value.toPrecision(3))));
}

/** Whole number with thousands marked: `12,345`. */
export function formatCount(count: number): string {
  return withMinus(count.toLocaleString("en-US"));
}

/** Count with its noun: `1 image`, `12 images`. */
export function formatCounted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** Seconds as a person says them: `42 s`, `4 min 12 s`, `1 h 3 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds < 9.95 ? formatNumber(Math.round(seconds * 10) / 10) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Megabytes as `640 MB` or `1.4 GB`. */
export function formatMemory(megabytes: number): string {
  return megabytes < 1000 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1000).toFixed(1)} GB`;
}

/** ISO time as `2025-03-04 11:20 UTC`; other text as it is. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const utc = time.toISOString();
  return `${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC`;
}

/** List as in a sentence: `a, b and c`. */
export function formatList(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
