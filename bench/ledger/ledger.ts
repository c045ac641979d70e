import { libraryParts } from '../../test/support/library-parts.js';
import type { DatabaseKind } from '../../test/support/test-databases.js';
import { type BenchDatabase, openBenchDatabase } from '../support/databases.js';
import { fill, type Grants, settleDown } from './fill.js';

/** A database full of grants, and the library's repositories over its one connection. */
export interface Ledger extends BenchDatabase {
  parts: ReturnType<typeof libraryParts>;
}

export async function openLedger(kind: DatabaseKind, contents: Grants[]): Promise<Ledger> {
  const database = await openBenchDatabase(kind);
  for (const grants of contents) await fill(database.dataSource, kind, grants);
  await settleDown(database.dataSource, kind);
  return { ...database, parts: libraryParts(database.dataSource) };
}

export const CONTENT = {
  content: { title: '上课提醒', content: { value: '高等数学 8:50\n教室 A-301', color: '#173177' } },
};
