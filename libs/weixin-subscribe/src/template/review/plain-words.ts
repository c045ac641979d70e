/**
 * As a reader takes it: full-width letters as letters, no capitals, and nothing between the characters that
 * could hide a word.
 */
export function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]/gu, '');
}

/** Everything but letters, digits and single spaces between them, each once. */
export function specialSymbols(text: string): string[] {
  return [...new Set(text.replace(/[\p{L}\p{N}\p{M}]|(?<=\S) (?=\S)/gu, ''))];
}

/** What is left when these words are taken out, over and over. */
export function without(words: readonly string[], text: string): string {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  let rest = text;
  for (let before = ''; before !== rest; ) {
    before = rest;
    for (const word of longestFirst) rest = rest.replaceAll(word, '');
  }
  return rest;
}

/** The words of a list that a text holds; of words within words, the longest. */
export function wordsIn(text: string, words: readonly string[]): string[] {
  const found = words.filter((word) => text.includes(word));
  return found.filter((word) => !found.some((other) => other !== word && other.includes(word)));
}
