import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { columnsFor, nullable, primary } from './columns.js';

/** Intents, grants and messages. */
export class CreateWeixinTables1763600000000 implements MigrationInterface {
  name = 'CreateWeixinTables1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    await createIntent(runner);
    await createGrant(runner);
    await createMessage(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['message', 'grant', 'intent']) await runner.dropTable(`weixin_${table}`);
  }
}

async function createIntent(runner: QueryRunner): Promise<void> {
  const { text, int, epoch } = columnsFor(runner);
  await runner.createTable(
    new Table({
      name: 'weixin_intent',
      columns: [
        text('id', 36, primary),
        text('state_digest', 43),
        text('app_id', 32),
        text('template_id', 64),
        int('scene'),
        text('door', 8),
        text('binding_digest', 43),
        text('subject', 128, nullable),
        text('expected_openid', 64, nullable),
        text('return_to', 2048, nullable),
        text('status', 16),
        text('openid', 64, nullable),
        epoch('created_at'),
        epoch('expires_at'),
        epoch('answered_at', nullable),
      ],
      indices: [
        new TableIndex({
          name: 'uq_weixin_intent_state_digest',
          columnNames: ['state_digest'],
          isUnique: true,
        }),
        new TableIndex({ name: 'ix_weixin_intent_status', columnNames: ['status', 'expires_at'] }),
        new TableIndex({
          name: 'ix_weixin_intent_openid',
          columnNames: ['openid'],
          where: 'openid IS NOT NULL',
        }),
      ],
    }),
  );
}

async function createGrant(runner: QueryRunner): Promise<void> {
  const { text, int, epoch } = columnsFor(runner);
  const available = "status = 'available'";
  await runner.createTable(
    new Table({
      name: 'weixin_grant',
      columns: [
        text('id', 36, primary),
        text('app_id', 32),
        text('openid', 64),
        text('template_id', 64),
        int('scene'),
        text('channel', 16),
        text('status', 16),
        text('live_key', 43, nullable),
        text('source', 160),
        text('paired_source', 160, nullable),
        text('accept_key', 43, nullable),
        int('accept_no', nullable),
        text('subject', 128, nullable),
        text('proof', 8),
        epoch('granted_at'),
        epoch('expires_at', nullable),
        text('claimed_by', 36, nullable),
        epoch('closed_at', nullable),
        epoch('rejected_at', nullable),
      ],
      indices: [
        new TableIndex({
          name: 'ix_weixin_grant_claim',
          columnNames: [
            ...['app_id', 'openid', 'template_id', 'scene', 'channel', 'status'],
            ...['proof', 'granted_at', 'id'],
          ],
          where: available,
        }),
        new TableIndex({
          name: 'ix_weixin_grant_scene',
          columnNames: ['app_id', 'template_id', 'scene', 'status', 'granted_at', 'id'],
          where: available,
        }),
        new TableIndex({
          name: 'ix_weixin_grant_expiry',
          columnNames: ['status', 'expires_at'],
          where: `${available} AND expires_at IS NOT NULL`,
        }),
        new TableIndex({
          name: 'ix_weixin_grant_closed',
          columnNames: ['status', 'closed_at'],
          where: "status IN ('spent', 'void', 'renewed', 'expired')",
        }),
        new TableIndex({ name: 'ix_weixin_grant_person', columnNames: ['app_id', 'openid', 'granted_at'] }),
        new TableIndex({
          name: 'uq_weixin_grant_live_key',
          columnNames: ['live_key'],
          isUnique: true,
          where: 'live_key IS NOT NULL',
        }),
        new TableIndex({ name: 'uq_weixin_grant_source', columnNames: ['source'], isUnique: true }),
        new TableIndex({
          name: 'uq_weixin_grant_paired_source',
          columnNames: ['paired_source'],
          isUnique: true,
          where: 'paired_source IS NOT NULL',
        }),
        new TableIndex({
          name: 'uq_weixin_grant_accept',
          columnNames: ['accept_key', 'accept_no'],
          isUnique: true,
          where: 'accept_key IS NOT NULL',
        }),
        new TableIndex({
          name: 'uq_weixin_grant_claimed_by',
          columnNames: ['claimed_by'],
          isUnique: true,
          where: 'claimed_by IS NOT NULL',
        }),
      ],
    }),
  );
}

async function createMessage(runner: QueryRunner): Promise<void> {
  const { text, longText, int, epoch } = columnsFor(runner);
  await runner.createTable(
    new Table({
      name: 'weixin_message',
      columns: [
        text('id', 36, primary),
        text('app_id', 32),
        text('openid', 64),
        text('template_id', 64),
        int('scene'),
        text('channel', 16),
        text('status', 16),
        longText('content', nullable),
        text('content_digest', 43),
        text('idempotency_key', 128, nullable),
        text('requested_by', 64, nullable),
        text('grant_id', 36, nullable),
        text('proof', 8, nullable),
        int('errcode', nullable),
        text('errmsg', 512, nullable),
        text('rid', 64, nullable),
        text('reason', 255, nullable),
        epoch('accepted_at'),
        epoch('leased_until', nullable),
        epoch('settled_at', nullable),
      ],
      indices: [
        new TableIndex({
          name: 'uq_weixin_message_idempotency_key',
          columnNames: ['app_id', 'idempotency_key'],
          isUnique: true,
          where: 'idempotency_key IS NOT NULL',
        }),
        new TableIndex({
          name: 'ix_weixin_message_in_flight',
          columnNames: ['status', 'leased_until'],
          where: "status = 'sending'",
        }),
        new TableIndex({
          name: 'ix_weixin_message_ended',
          columnNames: ['status', 'settled_at'],
          where: "status IN ('sent', 'refused', 'failed')",
        }),
        new TableIndex({
          name: 'ix_weixin_message_person',
          columnNames: ['app_id', 'openid', 'accepted_at'],
        }),
      ],
    }),
  );
}
