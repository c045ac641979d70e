import { BoundedList } from '../common/bounded-list.js';
import type { Grant } from './grants.js';

/** One keyword of a message: `label` stands before the value on the phone. */
export interface MessageLine {
  key: string;
  label: string;
  value: string;
  color?: string;
  /** Enlarged (`emphasis_keyword`). */
  emphasis?: true;
}

/** One message as it lies on the person's phone. */
export interface ReceivedMessage {
  id: string;
  channel: Grant['channel'];
  appId: string;
  openid: string;
  templateId: string;
  /** Of `one-time` alone; else null. */
  scene: number | null;
  /** Of the message (`one-time`), or of its template. */
  title: string;
  /** The text: of the message (`one-time`), or its lines. */
  content: { value: string; color?: string };
  /** Not of `one-time`: the keywords in the order of the template. */
  lines?: MessageLine[];
  /** `data` as it was sent; not of `one-time`. */
  data?: Record<string, { value: string; color?: string }>;
  /** The page a tap opens. */
  page?: string;
  /** Of `mini-subscribe` and `service-notice`, as the answer had it: digits, more than a double holds. */
  msgId?: string;
  miniprogramState?: string;
  lang?: string;
  /** Of `mini-template`: the form id or prepay id, and `keyword1.DATA` if one is enlarged. */
  formId?: string;
  emphasisKeyword?: string;
  url?: string;
  miniprogram?: { appid: string; pagepath: string };
  receivedAt: number;
  /** The permission this message used up. */
  grantId: string;
  /** Followers get it in the account's chat, others in Service Notification (official note, row 36). */
  place: 'service-notification' | 'account-chat';
}

/**
 * Everything that arrived, and how often each permission led to a message: counted here, apart from the grant
 * book.
 */
export class Inbox {
  private readonly messages: BoundedList<ReceivedMessage>;
  private deliveries = new Map<string, number>();
  private most = 0;
  private count = 0;

  constructor(historyLimit: number) {
    this.messages = new BoundedList(historyLimit, (message) => this.deliveries.delete(message.grantId));
  }

  receive(message: Omit<ReceivedMessage, 'id'>): ReceivedMessage {
    const received = { id: `m${++this.count}`, ...message };
    this.messages.push(received);
    const times = (this.deliveries.get(message.grantId) ?? 0) + 1;
    this.deliveries.set(message.grantId, times);
    this.most = Math.max(this.most, times);
    return received;
  }

  /** Oldest first; of one openid or of everybody. */
  list(openid?: string): ReceivedMessage[] {
    return this.messages.items().filter((message) => openid === undefined || message.openid === openid);
  }

  /** How many each openid has. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { openid } of this.messages.items()) counts.set(openid, (counts.get(openid) ?? 0) + 1);
    return counts;
  }

  deliveriesPerGrant(): Record<string, number> {
    return Object.fromEntries(this.deliveries);
  }

  /** More than 1 would mean that one permission gave two messages. */
  maxDeliveriesPerGrant(): number {
    return this.most;
  }

  reset(): void {
    this.messages.clear();
    this.deliveries.clear();
    this.most = 0;
    this.count = 0;
  }
}
