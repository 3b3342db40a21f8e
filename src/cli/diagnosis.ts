import type { MachineFinding } from "./stages/examine-machine.ts";

const WORDS = { good: "good", doubtful: "doubtful", absent: "absent", bad: "BAD" } satisfies Record<
  MachineFinding["state"],
  string
>;

/** Findings of the doctor in plain words, with a conclusion. */
export function diagnosis(findings: readonly MachineFinding[]): string {
  const lines = findings.flatMap(({ subject, state, told, fix }) => [
    `  ${WORDS[state].padEnd(9)} ${subject.padEnd(12)} ${told}`,
    ...(fix ? [`${" ".repeat(25)}${fix}`] : []),
  ]);
  const bad = findings.filter(({ state }) => state === "bad").map(({ subject }) => subject);
  const conclusion =
    bad.length > 0
      ? `Fantascope cannot work here: see ${bad.join(", ")}.`
      : "Fantascope can work here. Try it: fantascope demo";
  return `${lines.join("\n")}\n\n${conclusion}\n`;
}
