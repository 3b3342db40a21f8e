/** Where words go. Commands never touch `process`, so that a test can listen. */
export interface Terminal {
  /** Results: standard output. */
  print(text: string): void;
  /** Everything that is not the result: progress, warnings, errors. Standard error. */
  note(text: string): void;
  /** Whether a person watches the notes, so that a line may overwrite itself. */
  readonly isInteractive: boolean;
  /** Characters in a line. */
  columns(): number;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // A reader that goes away, such as `| head`, is no fault.
  for (const stream of [stdout, stderr]) stream.on("error", () => {});
  return {
    print: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
    isInteractive: stderr.isTTY === true && !process.env.CI,
    columns: () => stderr.columns ?? 80,
  };
}
