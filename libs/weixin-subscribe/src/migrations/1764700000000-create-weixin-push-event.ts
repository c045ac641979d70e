import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { columnsFor, nullable, primary } from './columns.js';

/** What WeChat pushed, each event once, until its listeners have heard it. */
export class CreateWeixinPushEvent1764700000000 implements MigrationInterface {
  name = 'CreateWeixinPushEvent1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    const { text, longText, int, epoch } = columnsFor(runner);
    await runner.createTable(
      new Table({
        name: 'weixin_push_event',
        columns: [
          text('id', 36, primary),
          text('app_id', 32),
          text('identity', 43),
          text('signature', 43, nullable),
          text('name', 128),
          text('openid', 64),
          text('status', 16),
          longText('payload', nullable),
          longText('heard', nullable),
          int('attempts'),
          text('reason', 255, nullable),
          epoch('received_at'),
          epoch('due_at', nullable),
          epoch('ended_at', nullable),
        ],
        indices: [
          new TableIndex({
            name: 'uq_weixin_push_event_identity',
            columnNames: ['app_id', 'identity'],
            isUnique: true,
          }),
          new TableIndex({
            name: 'uq_weixin_push_event_signature',
            columnNames: ['app_id', 'signature'],
            isUnique: true,
            where: 'signature IS NOT NULL',
          }),
          new TableIndex({
            name: 'ix_weixin_push_event_due',
            columnNames: ['due_at', 'id'],
            where: 'due_at IS NOT NULL',
          }),
          new TableIndex({ name: 'ix_weixin_push_event_person', columnNames: ['app_id', 'openid'] }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('weixin_push_event');
  }
}
