import { BoundedList } from '../common/bounded-list.js';

/** One message as it lies on the person's phone. */
export interface ReceivedMessage {
  id: string;
  appId: string;
  openid: string;
  templateId: string;
  scene: number;
  title: string;
  content: { value: string; color?: string };
  url?: string;
  miniprogram?: { appid: string; pagepath: string };
  receivedAt: number;
  /** The permission this message used up. */
  grantId: string;
  /** Followers get it in the account's chat, others in Service Notification (official note, row 36). */
  place: 'service-notification' | 'account-chat';
}

/** Everything that arrived, and how often each permission led to a message: counted here, apart from the grant book. */
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
