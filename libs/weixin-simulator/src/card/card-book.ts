import { BoundedList } from '../common/bounded-list.js';
import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import type { Account } from '../config/options.js';
import { CARD_KINDS, LIVES } from './card-kinds.js';

/** 0 normal, 1 risky, 2 abnormal, 10 refused by the person. */
export const CODE_STATES = [0, 1, 2, 10] as const;
export type CodeState = (typeof CODE_STATES)[number];

/** One `set_user_notify` that was stored. */
export interface StoredState {
  state: number;
  at: number;
  /** The `content_json` as it came. */
  content: string;
  /** Whether the person was notified; states `paid` never do. */
  notified: boolean;
}

/** A code, and the card that was made of it. */
export interface CardCode {
  code: string;
  source: 'order' | 'button';
  appId: string;
  openid: string;
  /** Of a button; of an order, that of the card that it began. */
  notifyType: number | undefined;
  /** Of an order, in fen. */
  payAmount?: number;
  /** Seconds. */
  bornAt: number;
  /** An order is not known before. */
  visibleAt: number;
  beganAt?: number;
  codeState: CodeState;
  states: StoredState[];
  /** The `ext_json` as it came. */
  ext?: string;
}

/** Payments, taps on buttons, and the service cards that came of them (fact sheet A). */
export class CardBook {
  private readonly byKey = new Map<string, CardCode>();
  private readonly order: BoundedList<CardCode>;
  private count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
    historyLimit: number,
  ) {
    this.order = new BoundedList(historyLimit, ({ appId, code }) => this.byKey.delete(keyOf(appId, code)));
  }

  /** A person pays an order in the mini-program; its `transaction_id` is the code. */
  pay({ appId, cardOrderDelaySeconds }: Account, openid: string, payAmount: number): CardCode {
    const digits = BigInt(`0x${this.random.hex(12)}`)
      .toString()
      .padStart(15, '0')
      .slice(-15);
    const code = `4200${String(++this.count).padStart(9, '0')}${digits}`;
    const bornAt = this.seconds();
    return this.enter({
      ...{ code, source: 'order', appId, openid, notifyType: undefined, payAmount, bornAt },
      visibleAt: bornAt + cardOrderDelaySeconds,
    });
  }

  /** A person taps `<button open-type="liveActivity">`. */
  tap({ appId }: Account, openid: string, notifyType: number): CardCode {
    const bornAt = this.seconds();
    const code = this.random.base64url(32);
    return this.enter({ code, source: 'button', appId, openid, notifyType, bornAt, visibleAt: bornAt });
  }

  /** The code, provided that it is of this person and, once it began a card, of this type. */
  find(appId: string, openid: string, notifyType: number, code: string): CardCode | undefined {
    const found = this.byKey.get(keyOf(appId, code));
    const fits =
      found?.openid === openid &&
      found.source === CARD_KINDS[notifyType]?.source &&
      (found.notifyType ?? notifyType) === notifyType;
    return found && fits && found.visibleAt <= this.seconds() ? found : undefined;
  }

  get(code: string): CardCode | undefined {
    return this.list().find((each) => each.code === code);
  }

  /** Seconds; of the time to begin, then of the time for updates. */
  expiresAt({ source, bornAt, beganAt }: CardCode): number {
    const { begin, update } = LIVES[source];
    return beganAt === undefined ? bornAt + begin : beganAt + update;
  }

  seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  /** Oldest first. */
  list(): CardCode[] {
    return this.order.items();
  }

  reset(): void {
    this.byKey.clear();
    this.order.clear();
  }

  private enter(facts: Omit<CardCode, 'codeState' | 'states'>): CardCode {
    const entered: CardCode = { ...facts, codeState: 0, states: [] };
    this.byKey.set(keyOf(entered.appId, entered.code), entered);
    this.order.push(entered);
    return entered;
  }
}

const keyOf = (appId: string, code: string) => `${appId} ${code}`;
