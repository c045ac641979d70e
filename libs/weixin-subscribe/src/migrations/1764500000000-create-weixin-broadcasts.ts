import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { columnsFor, nullable, primary } from './columns.js';

const MESSAGE = 'weixin_message';
const none = { default: 0 };

/** Broadcasts, their recipients and who did what with them; and the batches in which their messages are sent. */
export class CreateWeixinBroadcasts1764500000000 implements MigrationInterface {
  name = 'CreateWeixinBroadcasts1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    const { text, longText, int, epoch } = columnsFor(runner);
    await runner.addColumn(MESSAGE, text('broadcast_id', 36, nullable));
    await runner.createTable(
      new Table({
        name: 'weixin_message_batch',
        columns: [
          text('id', 33, primary),
          text('broadcast_id', 36),
          text('owner', 36),
          int('claimed'),
          int('posting'),
          int('sent', none),
          int('refused', none),
          int('failed', none),
          int('unknown', none),
          int('unproven_claimed', none),
          int('unproven_sent', none),
          int('unproven_refused', none),
          int('unproven_failed', none),
          int('unproven_unknown', none),
          epoch('leased_until', nullable),
        ],
        indices: [
          new TableIndex({
            name: 'ix_weixin_message_batch_broadcast',
            columnNames: ['broadcast_id', 'id'],
          }),
          new TableIndex({
            name: 'ix_weixin_message_batch_open',
            columnNames: ['leased_until'],
            where: 'leased_until IS NOT NULL',
          }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'weixin_broadcast',
        columns: [
          text('id', 36, primary),
          text('app_id', 32),
          text('template_id', 64),
          text('channel', 16),
          text('audience', 16),
          int('scene', nullable),
          text('purpose', 128, nullable),
          text('status', 16),
          longText('content', nullable),
          text('renderer', 64, nullable),
          text('digest', 43),
          text('idempotency_key', 128, nullable),
          text('requested_by', 64, nullable),
          int('rate', nullable),
          epoch('not_before', nullable),
          epoch('deadline_at', nullable),
          int('total', nullable),
          int('recipients', none),
          int('invalid', none),
          int('duplicates', none),
          int('no_grant', none),
          text('pause_cause', 16, nullable),
          text('reason', 255, nullable),
          epoch('resumes_at', nullable),
          epoch('created_at'),
          epoch('started_at', nullable),
          epoch('resumed_at', nullable),
          int('ended_before', none),
          epoch('claimed_at', nullable),
          epoch('ended_at', nullable),
          text('runner', 36, nullable),
          epoch('leased_until', nullable),
        ],
        indices: [
          new TableIndex({
            name: 'uq_weixin_broadcast_idempotency_key',
            columnNames: ['app_id', 'idempotency_key'],
            isUnique: true,
            where: 'idempotency_key IS NOT NULL',
          }),
          new TableIndex({ name: 'ix_weixin_broadcast_status', columnNames: ['status', 'id'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'weixin_broadcast_recipient',
        columns: [
          text('broadcast_id', 36, primary),
          text('openid', 64, primary),
          text('status', 16),
          longText('fields', nullable),
          text('reason', 255, nullable),
          text('message_id', 36, nullable),
        ],
        indices: [
          new TableIndex({
            name: 'ix_weixin_broadcast_recipient_status',
            columnNames: ['broadcast_id', 'status', 'openid'],
          }),
          new TableIndex({ name: 'ix_weixin_broadcast_recipient_person', columnNames: ['openid'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'weixin_broadcast_event',
        columns: [
          text('id', 36, primary),
          text('broadcast_id', 36),
          text('action', 16),
          text('requested_by', 64, nullable),
          text('reason', 255, nullable),
          epoch('happened_at'),
        ],
        indices: [
          new TableIndex({
            name: 'ix_weixin_broadcast_event_broadcast',
            columnNames: ['broadcast_id', 'id'],
          }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('weixin_broadcast_event');
    await runner.dropTable('weixin_broadcast_recipient');
    await runner.dropTable('weixin_broadcast');
    await runner.dropTable('weixin_message_batch');
    await runner.dropColumn(MESSAGE, 'broadcast_id');
  }
}
