/** Jest's own are too slow for some million comparisons. */
export function same(what: string, seen: unknown, expected: unknown): void {
  if (seen !== expected)
    throw new Error(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(expected)}`);
}

export function atMost(what: string, seen: number, most: number): void {
  if (seen > most) throw new Error(`${what}: ${seen}, at most ${most} are allowed`);
}

/** In any order. */
export function sameList(what: string, seen: unknown[], expected: unknown[]): void {
  same(what, [...seen].sort().join('\n'), [...expected].sort().join('\n'));
}
