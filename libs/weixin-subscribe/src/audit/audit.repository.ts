import { Injectable } from '@nestjs/common';
import { assertCursor } from '../kernel/ids.js';
import { firstIdAt } from '../kernel/random-source.js';
import { affectedBy } from '../sql/affected-by.js';
import { BY_ID } from '../sql/dialect.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import type { SqlValue } from '../sql/sql-step.js';
import { integer, moment, optional, type RowOf, Table, text } from '../sql/table.js';
import type { AuditEntry, AuditPage, AuditQuery } from './audit.types.js';

const AUDIT = new Table('weixin_audit', {
  id: text(),
  at: moment(),
  client: text(),
  operator: optional(text()),
  source: text(),
  action: text(),
  app_id: optional(text()),
  subject: optional(text()),
  status: integer(),
  request_id: optional(text()),
});
type AuditRow = RowOf<typeof AUDIT>;

/** Rows that one page reads at most, whatever its filters leave of them; the next goes on behind them. */
const MOST_READ = 2000;

@Injectable()
export class AuditRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /** Writes all of them in one statement. @throws {DatabaseError} */
  async add(entries: readonly AuditEntry[]): Promise<void> {
    const { sql, params } = AUDIT.insert([...entries]);
    await this.sql.run(sql, params);
  }

  /**
   * One filter is a range of an index, and the others are looked for among the rows that it gives: the page
   * after a long stretch without a match is empty, and names the place where the next one goes on.
   * @throws {InvalidInputError} no page gave this cursor
   * @throws {DatabaseError}
   */
  async page({ appId, actor, action, from, to, cursor, limit }: AuditQuery): Promise<AuditPage> {
    assertCursor(cursor);
    const filters: [string, SqlValue | undefined][] = [
      ['client', actor],
      ['app_id', appId],
      ['action', action],
    ];
    const [first, ...others] = filters.filter(([, value]) => value !== undefined) as [string, SqlValue][];
    const bounds: [string, SqlValue | undefined][] = [
      [`${first?.[0]} = ?`, first?.[1]],
      ['id >= ?', from && firstIdAt(from.getTime())],
      ['id < ?', to && firstIdAt(to.getTime())],
      ['id < ?', cursor],
    ];
    const given = bounds.filter(([, value]) => value !== undefined) as [string, SqlValue][];
    const where = given.length === 0 ? '' : `WHERE ${given.map(([sql]) => sql).join(' AND ')}`;
    const rows = await this.sql.all<AuditRow>(
      `${AUDIT.select} ${where} ORDER BY id DESC LIMIT ${others.length > 0 ? MOST_READ : limit + 1}`,
      given.map(([, value]) => value),
    );
    const matching = rows.filter((row) =>
      others.every(([column, value]) => row[column as keyof AuditRow] === value),
    );
    const entries = matching.slice(0, limit).map((row) => AUDIT.read(row));
    const isCut = matching.length > limit;
    const isWindowFull = others.length > 0 && rows.length === MOST_READ;
    const next = isCut ? entries.at(-1)?.id : isWindowFull ? rows.at(-1)?.id : undefined;
    return { entries, next };
  }

  /** Those before `moment`, at most `limit`. @throws {DatabaseError} */
  async before(moment: Date, limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(
      `SELECT id FROM ${AUDIT.name} WHERE id < ? ORDER BY id LIMIT ${limit}`,
      [firstIdAt(moment.getTime())],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns how many. @throws {DatabaseError} */
  async remove(keys: string[]): Promise<number> {
    const where = { sql: '1 = 1', params: [] };
    const steps = this.sql.dialect.deleteRows({
      name: 'delete audit',
      table: AUDIT.name,
      ...BY_ID,
      keys,
      where,
    });
    return affectedBy(await this.sql.atomically(steps));
  }
}
