import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { OpenidUnknownError } from '../authorization/authorization.errors.js';
import { MessageRepository } from '../delivery/ledger/message.repository.js';
import type { MessageStatus } from '../delivery/ledger/message.types.js';
import { GrantRepository } from '../grant/grant.repository.js';
import type { Subject } from '../http/http.options.js';
import { plainInput } from '../kernel/input-shape.js';
import { validateInput } from '../kernel/validation.js';
import { BalanceQueryDto } from './balance.dto.js';

/** `pending`: it waits, or is on its way. `unknown`: nobody knows whether it arrived. */
export const LAST_OUTCOMES = ['sent', 'not-sent', 'unknown', 'pending'] as const;
export type LastOutcome = (typeof LAST_OUTCOMES)[number];

/** What may still be sent to one person, of one template. */
export interface Balance {
  /**
   * Messages that may be sent now; 0: ask again. Only grants whose openid is proven count. Of a long-term
   * template 1: no send uses it up.
   */
  available: number;
  /** The template is long-term: one accept is enough until it is taken back. */
  longTerm: boolean;
  /** What became of the last message; absent where there was none. */
  last?: { outcome: LastOutcome; at: Date };
}

const OUTCOME: Record<MessageStatus, LastOutcome> = {
  waiting: 'pending',
  sending: 'pending',
  sent: 'sent',
  refused: 'not-sent',
  failed: 'not-sent',
  unknown: 'unknown',
};

/** Tells a signed-in person's page what may still be sent to them. */
@Injectable()
export class BalanceService {
  constructor(
    private readonly accounts: Accounts,
    private readonly grants: GrantRepository,
    private readonly messages: MessageRepository,
  ) {}

  /**
   * What may still be sent to this person. A grant of an unproven openid does not count: whoever made it up
   * could keep the page from asking.
   * @param subject who asks, with the openid, as the host says
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * @throws {OpenidUnknownError} the host knows no openid of who asks
   * @throws {DatabaseError}
   */
  async of(query: BalanceQueryDto, subject: Subject | undefined): Promise<Balance> {
    const { appId, templateId, scene } = validateInput(BalanceQueryDto, plainInput(query));
    this.accounts.withTemplate(appId, templateId);
    if (!subject?.openid) throw new OpenidUnknownError(appId);
    const key = { appId, templateId, openid: subject.openid, scene: scene ?? undefined };
    const [available, [last]] = await Promise.all([
      this.grants.countProven(this.grants.scopeOf(key)),
      this.messages.latest(key, 1),
    ]);
    const longTerm = this.grants.isLongTerm({ ...key, scene: key.scene ?? 0 });
    return {
      available: longTerm ? Math.min(available, 1) : available,
      longTerm,
      ...(last && { last: { outcome: OUTCOME[last.status], at: last.settledAt ?? last.acceptedAt } }),
    };
  }
}
