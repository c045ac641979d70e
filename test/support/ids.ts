import { createHash } from 'node:crypto';
import { isId } from '../../libs/weixin-subscribe/src/kernel/ids.js';
import { firstIdAt } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import type { DatabaseKind } from './test-databases.js';

/** The id that a test calls by this name: always the same UUID, which an id is itself. */
export function idOf(name: string): string {
  if (isId(name)) return name;
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The n-th id of a series, from 0, in their order; `at`: the moment that they are made of. */
export const nthId = (series: string, n: number, at?: number): string =>
  seriesOf(series, at) + String(n).padStart(12, '0');

/**
 * That of each row `i`, as an SQL expression; see `insertMany`.
 * @param n an expression for its number, where the rows are to have another order than their ids
 */
export function numberedId(
  kind: DatabaseKind,
  series: string,
  { at, n = 'i' }: { at?: number; n?: string } = {},
): string {
  const start = seriesOf(series, at);
  switch (kind) {
    case 'postgres':
      return `CAST('${start}' || LPAD(CAST(${n} AS text), 12, '0') AS uuid)`;
    case 'mysql':
      return `CONCAT('${start}', LPAD(${n}, 12, '0'))`;
    case 'sqlite':
      return `'${start}' || printf('%012d', ${n})`;
    default:
      return kind satisfies never;
  }
}

function seriesOf(series: string, at?: number): string {
  const id = idOf(series);
  return (at === undefined ? id.slice(0, 13) : firstIdAt(at).slice(0, 13)) + id.slice(13, 24);
}
