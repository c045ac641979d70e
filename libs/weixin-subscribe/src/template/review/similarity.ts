import { plainWords } from './plain-words.js';

/**
 * From this share of equal characters on, two names of five or more characters are one edit or less apart.
 */
const TOO_SIMILAR = 0.8;
/** What comes after that tells no names apart, and costs the square of its length. */
const LOOKED_AT = 50;

/**
 * Whether two names are told apart by little: the same characters in another order, one that goes on for one
 * character (课程名, 课程名称), a number at the end, or one edit in five characters. Words that mean the same (教师,
 * 老师) are beyond it.
 */
export function isTooSimilar(one: string, other: string): boolean {
  const [a, b] = [one, other].map(unnumbered);
  if (a === '' || b === '') return false;
  if (a === b || sorted(a) === sorted(b)) return true;
  if (isOneMore(a, b) || isOneMore(b, a)) return true;
  return 1 - distance([...a], [...b]) / Math.max([...a].length, [...b].length) >= TOO_SIMILAR;
}

function unnumbered(text: string): string {
  const plain = plainWords(text).replace(/[\p{N}一二三四五六七八九十]+$/u, '');
  return [...plain].slice(0, LOOKED_AT).join('');
}

function sorted(text: string): string {
  return [...text].sort().join('');
}

function isOneMore(short: string, long: string): boolean {
  return [...short].length >= 3 && long.startsWith(short) && [...long].length === [...short].length + 1;
}

/** Levenshtein's: insertions, deletions and replacements that make one of the other. */
function distance(a: string[], b: string[]): number {
  let row = b.map((_, at) => at + 1);
  a.forEach((character, up) => {
    let left = up + 1;
    row = row.map((above, at) => {
      const diagonal = at === 0 ? up : row[at - 1];
      left = Math.min(left + 1, above + 1, diagonal + (character === b[at] ? 0 : 1));
      return left;
    });
  });
  return row.at(-1) ?? a.length;
}
