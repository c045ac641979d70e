import { Injectable } from '@nestjs/common';
import type { WeixinAccountOptions } from '../account/account.options.js';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { toDate } from '../sql/epoch-column.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import type { SqlStep } from '../sql/sql-step.js';
import { AccountCodec } from './account.codec.js';
import {
  ACCOUNTS_AFTER,
  type AccountRow,
  CHANGED_SINCE,
  CHANGES_BEFORE,
  CHANGES_OF,
  type ChangeRow,
  INSERT_ACCOUNT,
  INSERT_CHANGE,
  LATEST_REVISION,
  ONE_ACCOUNT,
  UPDATE_ACCOUNT,
} from './account.sql.js';
import type { AccountAction, AccountChangeRecord, StoredAccount } from './account.types.js';

/** Each lost attempt means that somebody else changed an account. */
const ATTEMPTS = 50;

/** Who changes an account, and which of its options. */
export interface ChangedBy {
  client: string;
  fields: string[];
}

/** What becomes of an account; `undefined`: it stays as it is. */
export type Edit = (known: StoredAccount | undefined) => WeixinAccountOptions | 'remove' | undefined;

@Injectable()
export class AccountRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly codec: AccountCodec,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** @throws {DatabaseError} its secrets can not be opened: {@link Error} */
  async find(appId: string): Promise<StoredAccount | undefined> {
    const row = await this.row(appId);
    return row && row.removed_at === null ? this.toAccount(row) : undefined;
  }

  /** Rows of a page, in the order of appIds. @throws {DatabaseError} */
  page(after: string, limit: number): Promise<AccountRow[]> {
    return this.sql.all<AccountRow>(ACCOUNTS_AFTER, [after, limit]);
  }

  toAccount(row: AccountRow): StoredAccount {
    return {
      options: this.codec.read(row),
      version: Number(row.version),
      createdAt: toDate(row.created_at),
      updatedAt: toDate(row.updated_at),
    };
  }

  /**
   * Changes an account as `edit` says of what is stored, which is asked again when somebody else was first.
   * The change and the record of it are written together. `undefined`: nothing was changed.
   * @throws {DatabaseError}
   */
  async change(appId: string, edit: Edit, by: ChangedBy): Promise<StoredAccount | 'removed' | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await this.row(appId);
      const known = row && row.removed_at === null ? this.toAccount(row) : undefined;
      const options = edit(known);
      if (options === undefined) return undefined;
      const next = await this.write(row, known, appId, options, by);
      if (next) return next;
    }
    throw new Error(`account ${appId} was changed by others ${ATTEMPTS} times in a row`);
  }

  /** The newest revision of all; 0: there are no accounts. @throws {DatabaseError} */
  async latestRevision(): Promise<number> {
    const [row] = await this.sql.all<{ revision: number | string | null }>(LATEST_REVISION, []);
    return Number(row?.revision ?? 0);
  }

  /** What has changed since, oldest first. @throws {DatabaseError} */
  async changedSince(revision: number, limit: number): Promise<{ appId: string; revision: number }[]> {
    const rows = await this.sql.all<Pick<AccountRow, 'app_id' | 'revision'>>(CHANGED_SINCE, [
      revision,
      limit,
    ]);
    return rows.map((row) => ({ appId: row.app_id, revision: Number(row.revision) }));
  }

  /** The latest first. @throws {DatabaseError} */
  async changesOf(appId: string, limit: number): Promise<AccountChangeRecord[]> {
    const rows = await this.sql.all<ChangeRow>(CHANGES_OF, [appId, limit]);
    return rows.map((row) => ({
      appId: row.app_id,
      version: Number(row.version),
      changedBy: row.changed_by,
      action: row.action as AccountAction,
      fields: row.fields === '' ? [] : row.fields.split(','),
      changedAt: toDate(row.changed_at),
    }));
  }

  async changesBefore(before: Date, limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(CHANGES_BEFORE, [before.getTime(), limit]);
    return rows.map(({ id }) => id);
  }

  async deleteChanges(ids: string[]): Promise<number> {
    const steps = this.sql.dialect.deleteRows({
      name: 'delete changes',
      table: 'weixin_account_change',
      key: 'id',
      keys: ids,
      where: { sql: '1 = 1', params: [] },
    });
    const done = await this.sql.atomically(steps);
    return done.applied ? done.affected.reduce((sum, rows) => sum + rows, 0) : 0;
  }

  private async row(appId: string): Promise<AccountRow | undefined> {
    const [row] = await this.sql.all<AccountRow>(ONE_ACCOUNT, [appId]);
    return row;
  }

  /**
   * `undefined`: somebody else was first. The next revision is one more than the last that is committed, and
   * unique: of two changes at once the second waits for the first and is refused, so that no revision is ever
   * seen before a smaller one.
   */
  private async write(
    row: AccountRow | undefined,
    known: StoredAccount | undefined,
    appId: string,
    options: WeixinAccountOptions | 'remove',
    by: ChangedBy,
  ): Promise<StoredAccount | 'removed' | undefined> {
    const now = this.clock.now();
    const version = Number(row?.version ?? 0) + 1;
    const revision = (await this.latestRevision()) + 1;
    const isRemoval = options === 'remove';
    const values = isRemoval
      ? [row?.kind ?? '', 0, '{}', null, version, revision, Number(row?.created_at ?? now), now, now]
      : this.valuesOf(options, version, revision, known?.createdAt.getTime() ?? now, now);
    const action: AccountAction = isRemoval ? 'removed' : known ? 'changed' : 'added';
    const account: SqlStep = row
      ? {
          name: 'account',
          sql: UPDATE_ACCOUNT,
          params: [...values, appId, Number(row.version)],
          expect: 'one',
        }
      : { name: 'account', sql: INSERT_ACCOUNT, params: [appId, ...values], expect: 'one' };
    const change: SqlStep = {
      name: 'change',
      sql: INSERT_CHANGE,
      params: [this.random.id(now), appId, version, by.client, action, fieldList(by.fields), now],
    };
    try {
      if (!(await this.sql.atomically([account, change])).applied) return undefined;
    } catch (error) {
      if (error instanceof UniqueViolation) return undefined;
      throw error;
    }
    if (isRemoval) return 'removed';
    return { options, version, createdAt: known?.createdAt ?? new Date(now), updatedAt: new Date(now) };
  }

  private valuesOf(
    options: WeixinAccountOptions,
    version: number,
    revision: number,
    createdAt: number,
    now: number,
  ) {
    const { settings, secrets } = this.codec.write(options);
    const enabled = options.enabled === false ? 0 : 1;
    return [options.kind, enabled, settings, secrets, version, revision, createdAt, now, null];
  }
}

/** Within its column. Names of options are short and few. */
function fieldList(fields: string[]): string {
  return fields.join(',').slice(0, 255);
}
