import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { CardService } from '../card/card.service.js';
import type { CardHistory } from '../card/card.types.js';
import { CardExplainers } from '../card/card-explainers.js';
import type { CardExplainEvent, CardExplainer, CardExplanation } from '../card/card-explanation.types.js';
import { SET_PATH } from '../card/card-wire.js';
import { SendPauses } from '../delivery/pauses/send-pauses.js';
import type { WeixinRecord } from '../delivery/send/explanation.types.js';
import { HistoryService } from '../history/history.service.js';
import type { HistoryEvent } from '../history/history.types.js';
import { Clock } from '../kernel/clock.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { cardCauseOf, cardEndOf, cardVerdictOf } from './card-causes.js';
import { type Found, worded } from './causes.js';
import { PlatformFacts, RID_MS } from './platform-facts.js';

const EVENTS = 50;

/** Says how a card stands and why, behind {@link CardService.explain}. */
@Injectable()
export class CardExplainService implements CardExplainer {
  /** Who asks the same at the same moment shares the call to WeChat. */
  private readonly shared = new SharedCalls<CardExplanation>();

  constructor(
    private readonly cards: CardService,
    private readonly history: HistoryService,
    private readonly accounts: Accounts,
    private readonly pauses: SendPauses,
    private readonly platform: PlatformFacts,
    private readonly clock: Clock,
    explainers: CardExplainers,
  ) {
    explainers.register(this);
  }

  /** @throws {CardNotFoundError} {@link DatabaseError} */
  async ofCard(id: string): Promise<CardExplanation> {
    const card = await this.cards.get(id);
    return this.shared.run(id, () => this.explain(card));
  }

  private async explain(card: CardHistory): Promise<CardExplanation> {
    const { id, appId, openid, notifyType, state } = card;
    const [newest] = card.updates;
    const [{ events }, held, weixin] = await Promise.all([
      this.history.ofCard(id, { limit: EVENTS }),
      this.heldNow(appId),
      this.recordAtWeixin(card),
    ]);
    const ended = cardEndOf(card);
    // What holds the account would hold the next update, too; of a card that has ended there is none.
    const beside = ended.length > 0 ? ended : held;
    const verdict = cardVerdictOf(newest);
    const cause = cardCauseOf(newest);
    return {
      ...{ cardId: id, appId, ...(openid !== '' && { openid }), notifyType },
      ...(state !== undefined && { state }),
      verdict,
      ...worded(verdict === 'pending' ? [...beside, cause] : [cause, ...beside]),
      ...(weixin && { weixin }),
      story: events.map(toEvent),
    };
  }

  private async heldNow(appId: string): Promise<Found[]> {
    const account = this.accounts.find(appId);
    if (!account) return [{ code: 'account-removed' }];
    const pause = this.pauses.of(appId, SET_PATH, '');
    return [
      ...(account.enabled ? [] : [{ code: 'account-disabled' } as const]),
      ...(pause
        ? [{ code: 'sends-paused', facts: { until: pause.pausedUntil, reason: pause.reason } } as const]
        : []),
    ];
  }

  private async recordAtWeixin({ appId, updates }: CardHistory): Promise<WeixinRecord | undefined> {
    const [{ rid, settledAt, acceptedAt }] = updates;
    const at = (settledAt ?? acceptedAt).getTime();
    if (!rid || !this.accounts.isEnabled(appId) || this.clock.now() - at >= RID_MS) return undefined;
    return this.platform.recordOf(appId, rid);
  }
}

/** Without what names the host's own services. */
function toEvent(event: HistoryEvent): CardExplainEvent {
  const { type, at, updateId, kind, state, errcode, rid, reason, failRet } = event;
  return { type, at, updateId, kind, state, errcode, rid, reason, failRet };
}
