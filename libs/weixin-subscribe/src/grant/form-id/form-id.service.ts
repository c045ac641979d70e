import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../../account/account.errors.js';
import { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { InvalidInputError } from '../../kernel/errors.js';
import { DAY_MS } from '../../kernel/platform-day.js';
import { validateInput } from '../../kernel/validation.js';
import { DatabaseError } from '../../sql/database.error.js';
import { SqlExecutor } from '../../sql/sql-executor.js';
import { GrantRepository } from '../grant.repository.js';
import type { GrantRef } from '../grant.sql.js';
import type { NewGrant } from '../grant.types.js';
import { FormIdDto } from './form-id.dto.js';
import { formIdOf, formIdSources } from './form-id-source.js';

/** How long after the submit or payment its messages may be sent (docs/platform.md §5). */
const LIFETIME_MS = 7 * DAY_MS;

/**
 * The form ids and prepay ids that permit template messages of mini-programs, the channel `mini-template`.
 */
@Injectable()
export class FormIdService {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly accounts: Accounts,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Records the `formId` of a submitted form (one message) or the `prepayId` of a completed payment (three
   * messages), both for 7 days from `submittedAt`. `duplicate`: it was recorded before, and nothing was
   * written.
   * @throws {InvalidInputError} a field is wrong, or its 7 days are over
   * @throws {UnknownAccountError} {@link AccountKindError} {@link DatabaseError} nothing was written
   */
  async record(input: FormIdDto): Promise<'recorded' | 'duplicate'> {
    const { appId, openid, formId, prepayId, submittedAt, subject } = validateInput(FormIdDto, input);
    const { kind } = this.accounts.get(appId);
    if (kind !== 'mini-program')
      throw new AccountKindError(
        `account "${appId}" is of kind ${kind}; form ids are those of a mini-program`,
      );
    const grantedAt = this.checkedMoment(submittedAt);
    const grants: NewGrant[] = formIdSources({
      appId,
      formId: formId ?? undefined,
      prepayId: prepayId ?? undefined,
    }).map((source) => ({
      ...{ appId, openid, templateId: '', channel: 'mini-template' as const, source, grantedAt },
      expiresAt: new Date(grantedAt.getTime() + LIFETIME_MS),
      subject: subject ?? undefined,
    }));
    const [last, ...others] = grants.reverse();
    const before = others.flatMap((grant) => this.grants.recordSteps(grant));
    return (await this.grants.recordAfter(before, last)) === 'duplicate' ? 'duplicate' : 'recorded';
  }

  /** The id that a grant was given with. @throws {DatabaseError} */
  async of({ sql, params }: GrantRef): Promise<string> {
    const [grant] = await this.sql.all<{ source: string }>(
      `SELECT source FROM weixin_grant WHERE id = ${sql}`,
      params,
    );
    const formId = grant && formIdOf(grant.source);
    if (formId === undefined) throw new DatabaseError('the grant of this message has no form id', false);
    return formId;
  }

  /** Those of up to 500 grants, by the grant's id. @throws {DatabaseError} */
  async ofMany(ids: string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.sql.all<{ id: string; source: string }>(
      `SELECT id, source FROM weixin_grant WHERE id IN (${ids.map(() => '?').join(', ')})`,
      ids,
    );
    return new Map(rows.map(({ id, source }) => [id, formIdOf(source) ?? '']));
  }

  private checkedMoment(submittedAt: Date | string | undefined): Date {
    const now = this.clock.now();
    const moment = submittedAt ? new Date(submittedAt) : new Date(now);
    const wrong = (says: string) =>
      new InvalidInputError([
        { field: 'submittedAt', message: `submittedAt ${says}, got ${moment.toISOString()}` },
      ]);
    if (moment.getTime() > now) throw wrong('must not be in the future');
    if (moment.getTime() + LIFETIME_MS <= now)
      throw wrong('must be less than 7 days ago: afterwards WeChat takes no message for it');
    return moment;
  }
}
