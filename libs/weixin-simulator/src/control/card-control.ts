import { type CardCode, CODE_STATES } from '../card/card-book.js';
import { CARD_KINDS } from '../card/card-kinds.js';
import { FieldReader } from '../common/field-reader.js';
import type {
  ActivityDetail,
  ActivityOptions,
  CardVerbs,
  CardView,
  CodeChange,
  OrderOptions,
  PaidOrder,
} from './card-verbs.js';
import { RECEIVER_FIELDS, readReceiverAt } from './read-receiver.js';
import { WebControl } from './web-control.js';

/** The verbs about service cards, on a platform in this process. */
export abstract class CardControl extends WebControl implements CardVerbs {
  payOrder(order: OrderOptions): PaidOrder {
    const fields = new FieldReader(order, 'order').onlyKnown([...RECEIVER_FIELDS, 'payAmount']);
    const { account, openid } = readReceiverAt(['mini-program'], this.platform, fields);
    const amount = fields.integer('payAmount', 0, 2 ** 32 - 1) ?? 1005;
    const { code, bornAt } = this.platform.cards.pay(account, openid, amount);
    return { transactionId: code, payAmount: amount, payTime: bornAt };
  }

  tapActivityButton(tap: ActivityOptions): ActivityDetail {
    const fields = new FieldReader(tap, 'tap').onlyKnown([...RECEIVER_FIELDS, 'activityType']);
    const { account, openid } = readReceiverAt(['mini-program'], this.platform, fields);
    const type = Number(fields.raw('activityType'));
    if (CARD_KINDS[type]?.source !== 'button')
      fields.fail('activityType', 'must be 1001, 1003, 1004 or 1005');
    return { code: this.platform.cards.tap(account, openid, type).code };
  }

  changeCode(change: CodeChange): CardView {
    const fields = new FieldReader(change, 'change').onlyKnown(['code', 'codeState']);
    const card =
      this.platform.cards.get(fields.requiredText('code')) ?? fields.fail('code', 'is no code here');
    card.codeState = fields.oneOf('codeState', CODE_STATES) ?? fields.fail('codeState', 'is required');
    return this.view(card);
  }

  cards(openid?: string): CardView[] {
    return this.platform.cards
      .list()
      .filter((card) => openid === undefined || card.openid === openid)
      .map((card) => this.view(card));
  }

  private view(card: CardCode): CardView {
    const { code, source, appId, openid, notifyType, codeState, states, ext } = card;
    return {
      ...{ code, source, appId, openid, codeState, ext: ext ?? null, notifyType: notifyType ?? null },
      ...{ expiresAt: this.platform.cards.expiresAt(card), states: states.map((each) => ({ ...each })) },
    };
  }
}
