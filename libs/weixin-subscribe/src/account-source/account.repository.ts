import { Injectable } from '@nestjs/common';
import type { WeixinAccountOptions } from '../account/account.options.js';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { BY_ID } from '../sql/dialect.js';
import { newestRevisionStep } from '../sql/newest-revision.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import type { SqlFragment, SqlStep } from '../sql/sql-step.js';
import type { RecordOf } from '../sql/table.js';
import { AccountCodec } from './account.codec.js';
import {
  ACCOUNTS,
  ACCOUNTS_AFTER,
  type AccountRow,
  accountsAfter,
  CHANGED_FROM,
  CHANGES,
  CHANGES_BEFORE,
  CHANGES_OF,
  type ChangeRow,
  LATEST_REVISION,
  OF_VERSION,
  ONE_ACCOUNT,
} from './account.sql.js';
import type { AccountChangeRecord, StoredAccount } from './account.types.js';

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

  /** @throws {DatabaseError} */
  async find(appId: string): Promise<StoredAccount | undefined> {
    const row = await this.row(appId);
    return row && row.removed_at === null ? this.toAccount(row) : undefined;
  }

  /** Rows of a page, in the order of appIds. @throws {DatabaseError} */
  page(after: string, limit: number): Promise<AccountRow[]> {
    return this.sql.all<AccountRow>(ACCOUNTS_AFTER, [after, limit]);
  }

  /** Those of a few accounts, in the order of appIds. @throws {DatabaseError} */
  pageOf(appIds: string[], after: string, limit: number): Promise<AccountRow[]> {
    if (appIds.length === 0) return Promise.resolve([]);
    const among = this.sql.dialect.among('app_id', appIds);
    return this.sql.all<AccountRow>(accountsAfter(among.sql), [...among.params, after, limit]);
  }

  toAccount(row: AccountRow): StoredAccount {
    const { version, createdAt, updatedAt } = ACCOUNTS.read(row);
    return { ...this.codec.read(row), version, createdAt, updatedAt };
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

  /**
   * What has this revision or a later one, oldest first. Rows only move on to later ones, so where there is
   * none, the database was set back.
   * @throws {DatabaseError}
   */
  async changedFrom(revision: number, limit: number): Promise<{ appId: string; revision: number }[]> {
    const rows = await this.sql.all<Pick<AccountRow, 'app_id' | 'revision'>>(CHANGED_FROM, [revision, limit]);
    return rows.map((row) => ({ appId: row.app_id, revision: Number(row.revision) }));
  }

  /** The latest first. @throws {DatabaseError} */
  async changesOf(appId: string, limit: number): Promise<AccountChangeRecord[]> {
    const rows = await this.sql.all<ChangeRow>(CHANGES_OF, [appId, limit]);
    return rows.map((row) => CHANGES.read(row));
  }

  async changesBefore(before: Date, limit: number): Promise<string[]> {
    const rows = await this.sql.all<{ id: string }>(CHANGES_BEFORE, [before.getTime(), limit]);
    return rows.map(({ id }) => id);
  }

  async deleteChanges(ids: string[]): Promise<number> {
    const steps = this.sql.dialect.deleteRows({
      name: 'delete changes',
      table: CHANGES.name,
      ...BY_ID,
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
   * unique: of two changes at once the second waits for the first and is refused. It is refused, too, where
   * the first has moved on meanwhile, so that no revision is ever seen before a smaller one.
   */
  private async write(
    row: AccountRow | undefined,
    known: StoredAccount | undefined,
    appId: string,
    options: WeixinAccountOptions | 'remove',
    by: ChangedBy,
  ): Promise<StoredAccount | 'removed' | undefined> {
    const now = new Date(this.clock.now());
    const revision = (await this.latestRevision()) + 1;
    const before = row && ACCOUNTS.read(row);
    const version = (before?.version ?? 0) + 1;
    const isRemoval = options === 'remove';
    const values = {
      ...(isRemoval ? removed(before, now) : this.written(options, known?.createdAt ?? now)),
      version,
      revision,
      updatedAt: now,
    };
    const account: SqlStep = { name: 'account', ...rowStep(appId, before, values), expect: 'one' };
    const change: SqlStep = {
      name: 'change',
      ...CHANGES.insert([
        {
          id: this.random.id(now.getTime()),
          appId,
          version,
          changedBy: by.client,
          action: isRemoval ? 'removed' : known ? 'changed' : 'added',
          // Names of options are short and few.
          fields: by.fields,
          changedAt: now,
        },
      ]),
    };
    try {
      const steps = [account, change, newestRevisionStep(ACCOUNTS.name, revision)];
      if (!(await this.sql.atomically(steps)).applied) return undefined;
    } catch (error) {
      if (error instanceof UniqueViolation) return undefined;
      throw error;
    }
    if (isRemoval) return 'removed';
    return { options, version, createdAt: known?.createdAt ?? now, updatedAt: now };
  }

  private written(options: WeixinAccountOptions, createdAt: Date) {
    const enabled = options.enabled === false ? 0 : 1;
    return { kind: options.kind, enabled, ...this.codec.write(options), createdAt, removedAt: undefined };
  }
}

type Values = RecordOf<typeof ACCOUNTS>;

/** What stays of an account that is gone. */
const removed = (before: Values | undefined, now: Date) => ({
  ...{ kind: before?.kind ?? '', enabled: 0, settings: '{}', secrets: undefined },
  ...{ createdAt: before?.createdAt ?? now, removedAt: now },
});

function rowStep(appId: string, before: Values | undefined, values: Omit<Values, 'appId'>): SqlFragment {
  if (!before) return ACCOUNTS.insert([{ appId, ...values }]);
  const { sql, params } = ACCOUNTS.update(values);
  return { sql: `${sql} ${OF_VERSION}`, params: [...params, appId, before.version] };
}
