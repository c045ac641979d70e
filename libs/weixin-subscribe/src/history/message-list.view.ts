import type { MessageList, MessageSummary } from './message-list.types.js';

type Moments = 'acceptedAt' | 'dueAt' | 'settledAt';

/** Messages as the REST endpoint shows them: moments in ISO 8601, UTC. */
export interface MessageListView {
  messages: (Omit<MessageSummary, Moments> & { acceptedAt: string; dueAt?: string; settledAt?: string })[];
  /** For the next page; absent on the last one. Also where the filters left nothing of this page. */
  cursor?: string;
}

export function toMessageListView({ messages, cursor }: MessageList): MessageListView {
  return {
    messages: messages.map((message) => ({
      ...message,
      acceptedAt: message.acceptedAt.toISOString(),
      dueAt: message.dueAt?.toISOString(),
      settledAt: message.settledAt?.toISOString(),
    })),
    cursor,
  };
}
