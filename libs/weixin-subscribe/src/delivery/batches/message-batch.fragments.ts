// Pieces of SQL about the batches of a broadcast that it puts into statements of its own.

/** What a retention job deletes of the batches of a broadcast, by their `broadcast_id`. */
export const BATCH_KEYS = { table: 'weixin_message_batch', key: 'id' } as const;

/** How many messages have ended of the broadcast that the expression `id` names. */
export function messagesEnded(id: string): string {
  return `(SELECT COALESCE(SUM(b.sent + b.refused + b.failed + b.unknown), 0) FROM weixin_message_batch b WHERE b.broadcast_id = ${id})`;
}

/** The condition that the broadcast that the expression `id` names has no batch in flight. */
export function noBatchOpen(id: string): string {
  return `NOT EXISTS (SELECT 1 FROM weixin_message_batch b WHERE b.broadcast_id = ${id} AND b.leased_until IS NOT NULL)`;
}
