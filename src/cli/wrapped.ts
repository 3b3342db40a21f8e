/** Text broken between words into lines of at most `width` characters; words longer than that stand alone. */
export function wrapped(text: string, { width = 100, indent = "" }: { width?: number; indent?: string } = {}): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push((lines.length > 0 ? indent : "") + word);
  }
  return lines.join("\n");
}
