import type { SqlExecutor } from '../../../libs/weixin-subscribe/src/sql/sql-executor.js';

/**
 * Makes a message that a single send has in flight one of a batch of its own, of the number that its id ends
 * with.
 */
export async function holdInBatch(sql: SqlExecutor, id: string): Promise<void> {
  const [message] = await sql.all<Record<string, string | number | null>>(
    "SELECT * FROM weixin_message WHERE id = ? AND status = 'sending'",
    [id],
  );
  if (!message) return;
  const held = [
    [Number.parseInt(id.slice(-3), 16), message.grant_id, message.openid, Number(message.scene), 0],
  ];
  const { app_id, template_id, channel, content, requested_by, accepted_at, leased_until } = message;
  await sql.atomically([
    {
      name: 'hold in batch',
      sql: `INSERT INTO weixin_message_batch (id, broadcast_id, app_id, template_id, channel, content, requested_by, accepted_at,
          leased_until, owner, claimed, posting, held) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'tester', 1, 1, ?)`,
      params: [
        ...[id.slice(0, -3), id, app_id, template_id, channel, content, requested_by],
        ...[accepted_at, leased_until, JSON.stringify(held)],
      ],
    },
    { name: 'forget single', sql: 'DELETE FROM weixin_message WHERE id = ?', params: [id] },
  ]);
}
