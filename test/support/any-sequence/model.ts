import type { MessageStatus } from '../../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { GrantStatus } from '../../../libs/weixin-subscribe/src/grant/grant.types.js';
import { type Fate, KEYS, personOf } from './steps.js';

export const LEASE_MS = 60_000;
export const LIFETIME_MS = 1_200_000;

export interface ModelGrant {
  source: string;
  key: number;
  status: GrantStatus;
  expiresAt?: number;
  /** The message that holds or used it. */
  message?: number;
}

export interface ModelMessage {
  number: number;
  key: number;
  status: MessageStatus;
  grant: ModelGrant;
  acceptedAt: number;
  /** Whether it lies on the person's phone. */
  arrived: boolean;
  /** What a person said became of it. */
  resolvedAs?: 'sent' | 'not-sent';
}

/** What a late answer will say; `undefined`: there will be none. */
export type LateAnswer = 'delivered' | 'no-permission' | undefined;

/**
 * The rules of design.md §5 in as few words as possible, for one account of the rule `set`, and what WeChat
 * knows besides. Nothing here knows SQL, errcodes or classes.
 */
export class LedgerModel {
  readonly grants: ModelGrant[] = [];
  readonly messages: ModelMessage[] = [];
  /** WeChat keeps at most one permission per key, however often it was confirmed. */
  private readonly permitted = new Set<number>();

  constructor(private readonly now: () => number) {}

  /** The person confirms: WeChat knows. */
  tap(key: number): void {
    this.permitted.add(key);
  }

  /** Our ledger hears of it: one live grant per key, the newest. */
  record(source: string, key: number, expires: boolean): void {
    for (const grant of this.live(key)) grant.status = 'renewed';
    const expiresAt = expires ? this.now() + LIFETIME_MS : undefined;
    this.grants.push({ source, key, status: 'available', expiresAt });
  }

  live(key: number): ModelGrant[] {
    return this.grants.filter((grant) => grant.key === key && grant.status === 'available');
  }

  /** The message that is accepted, if there is a permission that has not run out. */
  claim(number: number, key: number): ModelMessage | undefined {
    const [grant] = this.live(key).filter(
      ({ expiresAt }) => expiresAt === undefined || expiresAt > this.now(),
    );
    if (!grant) return undefined;
    grant.status = 'claimed';
    grant.message = number;
    const message: ModelMessage = {
      number,
      key,
      status: 'sending',
      grant,
      acceptedAt: this.now(),
      arrived: false,
    };
    this.messages.push(message);
    return message;
  }

  /** The post, and what its answer does. Of a crash: what a late answer would say. */
  post(message: ModelMessage, fate: Fate): LateAnswer {
    switch (fate) {
      case 'answered':
        this.hear(message, this.deliver(message));
        return undefined;
      case 'wrong':
        this.settle(message, 'failed', 'available');
        return undefined;
      case 'refused':
        this.settle(message, 'refused', 'void');
        return undefined;
      case 'openid-unusable':
        for (const key of KEYS.filter((each) => personOf(each) === personOf(message.key)))
          for (const grant of this.live(key)) grant.status = 'void';
        this.settle(message, 'failed', 'void');
        return undefined;
      case 'system-error':
      case 'lost-before':
        this.settle(message, 'unknown', 'unknown');
        return undefined;
      case 'lost-after':
        this.deliver(message);
        this.settle(message, 'unknown', 'unknown');
        return undefined;
      case 'crash-before':
        return undefined;
      case 'crash-after':
        return this.deliver(message);
    }
  }

  /** What WeChat does with a post: one message per permission. */
  private deliver(message: ModelMessage): 'delivered' | 'no-permission' {
    message.arrived = this.permitted.delete(message.key);
    return message.arrived ? 'delivered' : 'no-permission';
  }

  private hear(message: ModelMessage, answer: 'delivered' | 'no-permission'): void {
    if (answer === 'delivered') this.settle(message, 'sent', 'spent');
    else this.settle(message, 'refused', 'void');
  }

  /**
   * A process that stood still reads its answer, or finds that none came. A definite answer still counts
   * where nobody knew.
   */
  wake(message: ModelMessage, answer: LateAnswer): void {
    if (answer === undefined) {
      if (message.status === 'sending') this.settle(message, 'unknown', 'unknown');
    } else if (message.status === 'sending' || message.status === 'unknown') this.hear(message, answer);
  }

  /** Nobody knows what became of messages whose lease ran out. */
  recover(): void {
    const interrupted = ({ status, acceptedAt }: ModelMessage) =>
      status === 'sending' && acceptedAt + LEASE_MS <= this.now();
    for (const message of this.messages.filter(interrupted)) this.settle(message, 'unknown', 'unknown');
  }

  /** Only what is unknown can be resolved. `false`: nothing changed. */
  resolve(message: ModelMessage, word: 'sent' | 'not-sent'): boolean {
    if (message.status !== 'unknown') return false;
    if (word === 'sent') this.settle(message, 'sent', 'spent');
    else this.settle(message, 'failed', 'available');
    message.resolvedAs = word;
    return true;
  }

  expire(): void {
    for (const grant of this.grants) {
      const over = grant.expiresAt !== undefined && grant.expiresAt <= this.now();
      if (grant.status === 'available' && over) grant.status = 'expired';
    }
  }

  private settle(message: ModelMessage, outcome: MessageStatus, to: GrantStatus): void {
    message.status = outcome;
    if (to === 'available') this.giveBack(message.grant);
    else message.grant.status = to;
  }

  /** A grant that comes back is one with whatever was confirmed since: WeChat knows one permission only. */
  private giveBack(grant: ModelGrant): void {
    const newer = this.grants.slice(this.grants.indexOf(grant) + 1).some(({ key }) => key === grant.key);
    grant.status = newer ? 'renewed' : 'available';
    grant.message = undefined;
  }
}
