/** Sentences of a text, split where a full stop, a blank and a capital follow each other. */
export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?]) +(?=(?!About \d)\p{Lu})/u); // how many images would be needed belongs to what cannot be told
}

/** Texts joined to one; a sentence that several of them have, such as a caution about few images, is told once, at the end. */
export function toldOnce(texts: readonly string[]): string {
  const all = texts.flatMap(sentencesOf);
  const repeated = new Set(all.filter((sentence, i) => all.indexOf(sentence) !== i));
  return [...all.filter((sentence) => !repeated.has(sentence)), ...repeated].join(" ");
}
