import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { Sealer } from '../kernel/sealer.js';
import { digest } from '../kernel/secret.js';
import { newestRevisionStep } from '../sql/newest-revision.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import type { SqlFragment, SqlStep } from '../sql/sql-step.js';
import type { RecordOf } from '../sql/table.js';
import { TokenConfig } from '../token/token.options.js';
import type { Known, Next } from './authorizer.transitions.js';
import type { AuthorizerStatus, StoredAuthorizer } from './authorizer.types.js';
import {
  AUTHORIZERS,
  AUTHORIZERS_AFTER,
  AUTHORIZERS_FROM,
  type AuthorizerRow,
  CODE_DUE,
  LATEST_REVISION,
  OF_REVISION,
  ONE_AUTHORIZER,
  ONE_BY_CODE,
} from './component.sql.js';

/** Each lost attempt means that somebody else changed an authorizer. */
const ATTEMPTS = 50;

/** What processes keep in memory of a row. */
export interface AuthorizerChange {
  componentAppId: string;
  appId: string;
  status: AuthorizerStatus;
  reason?: string;
  revision: number;
}

/** The accounts that authorised the third-party platform. Refresh tokens and codes are sealed. */
@Injectable()
export class AuthorizerRepository {
  private readonly sealer: Sealer;

  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    { encryptionKeys }: TokenConfig,
  ) {
    this.sealer = new Sealer(encryptionKeys);
  }

  /** @throws {DatabaseError} */
  async find(componentAppId: string, appId: string): Promise<StoredAuthorizer | undefined> {
    return this.opened(await this.row(componentAppId, appId));
  }

  /** The one whose last code this is. @throws {DatabaseError} */
  async findByCode(componentAppId: string, code: string): Promise<StoredAuthorizer | undefined> {
    const [row] = await this.sql.all<AuthorizerRow>(ONE_BY_CODE, [digest(code), componentAppId]);
    return this.opened(row);
  }

  /** In the order of appIds. @throws {DatabaseError} */
  async page(componentAppId: string, after: string, limit: number): Promise<StoredAuthorizer[]> {
    const rows = await this.sql.all<AuthorizerRow>(AUTHORIZERS_AFTER, [componentAppId, after, limit]);
    return rows.flatMap((row) => this.opened(row) ?? []);
  }

  /** Those with a code that is to be exchanged. @throws {DatabaseError} */
  async withCode(componentAppId: string, limit: number): Promise<StoredAuthorizer[]> {
    const rows = await this.sql.all<AuthorizerRow>(CODE_DUE, [componentAppId, limit]);
    return rows.flatMap((row) => this.opened(row) ?? []);
  }

  /**
   * What has this revision or a later one, oldest first. Rows only move on to later ones, so where there is
   * none, the database was set back.
   * @throws {DatabaseError}
   */
  async changedFrom(revision: number, limit: number): Promise<AuthorizerChange[]> {
    const rows = await this.sql.all<AuthorizerRow>(AUTHORIZERS_FROM, [revision, limit]);
    return rows.map((row) => {
      const { componentAppId, appId, status, reason, revision } = AUTHORIZERS.read(row);
      return { componentAppId, appId, status, reason, revision };
    });
  }

  /**
   * Changes a row as `edit` says of what is stored, which is asked again when somebody else was first.
   * `undefined`: nothing was changed.
   * @throws {DatabaseError}
   */
  async change(
    componentAppId: string,
    appId: string,
    edit: (known: Known) => Next,
  ): Promise<StoredAuthorizer | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await this.row(componentAppId, appId);
      const next = edit(this.opened(row));
      if (next === undefined) return undefined;
      const revision = await this.write(componentAppId, appId, row, next);
      if (revision !== undefined) return { ...next, appId, revision };
    }
    throw new Error(`authorizer ${appId} was changed by others ${ATTEMPTS} times in a row`);
  }

  /**
   * The next revision is one more than the last committed one, and unique: who comes second is refused, also
   * where the first has moved on meanwhile.
   */
  private async write(
    componentAppId: string,
    appId: string,
    row: AuthorizerRow | undefined,
    next: NonNullable<Next>,
  ): Promise<number | undefined> {
    const [latest] = await this.sql.all<{ revision: number | string | null }>(LATEST_REVISION, []);
    const { refreshToken, authCode } = next;
    const now = new Date(this.clock.now());
    const revision = Number(latest?.revision ?? 0) + 1;
    const values = {
      status: next.status,
      refreshToken: this.sealed(componentAppId, appId, 'refresh', refreshToken),
      refreshDigest: refreshToken === undefined ? undefined : digest(refreshToken),
      authCode: this.sealed(componentAppId, appId, 'code', authCode),
      codeDigest: next.codeDigest,
      codeDueAt: authCode === undefined ? undefined : now,
      authorizedAt: next.authorizedAt,
      unauthorizedAt: next.unauthorizedAt,
      reason: next.reason?.slice(0, 255),
      sets: next.sets.map(String),
      revision,
      updatedAt: now,
    };
    const step: SqlStep = {
      name: 'authorizer',
      ...rowStep(componentAppId, appId, row, values),
      expect: 'one',
    };
    try {
      const { applied } = await this.sql.atomically([step, newestRevisionStep(AUTHORIZERS.name, revision)]);
      return applied ? revision : undefined;
    } catch (error) {
      if (error instanceof UniqueViolation) return undefined;
      throw error;
    }
  }

  private async row(componentAppId: string, appId: string): Promise<AuthorizerRow | undefined> {
    const [row] = await this.sql.all<AuthorizerRow>(ONE_AUTHORIZER, [componentAppId, appId]);
    return row;
  }

  private opened(row: AuthorizerRow | undefined): StoredAuthorizer | undefined {
    if (!row) return undefined;
    const { componentAppId, appId, ...read } = AUTHORIZERS.read(row);
    return {
      appId,
      status: read.status,
      reason: read.reason,
      sets: read.sets.map(Number),
      authorizedAt: read.authorizedAt,
      unauthorizedAt: read.unauthorizedAt,
      refreshToken: this.unsealed(componentAppId, appId, 'refresh', read.refreshToken),
      refreshDigest: read.refreshDigest,
      authCode: this.unsealed(componentAppId, appId, 'code', read.authCode),
      codeDigest: read.codeDigest,
      revision: read.revision,
    };
  }

  private sealed(
    componentAppId: string,
    appId: string,
    what: string,
    text: string | undefined,
  ): string | undefined {
    return text === undefined ? undefined : this.sealer.seal(`${componentAppId}|${appId}|${what}`, text);
  }

  /** One that no key opens counts as lost: WeChat's list has it. */
  private unsealed(
    componentAppId: string,
    appId: string,
    what: string,
    value: string | undefined,
  ): string | undefined {
    if (value === undefined) return undefined;
    const opened = this.sealer.open(`${componentAppId}|${appId}|${what}`, value);
    return 'text' in opened ? opened.text : undefined;
  }
}

type Values = Omit<RecordOf<typeof AUTHORIZERS>, 'componentAppId' | 'appId'>;

function rowStep(
  componentAppId: string,
  appId: string,
  before: AuthorizerRow | undefined,
  values: Values,
): SqlFragment {
  if (!before) return AUTHORIZERS.insert([{ componentAppId, appId, ...values }]);
  const { sql, params } = AUTHORIZERS.update(values);
  return {
    sql: `${sql} ${OF_REVISION}`,
    params: [...params, componentAppId, appId, Number(before.revision)],
  };
}
