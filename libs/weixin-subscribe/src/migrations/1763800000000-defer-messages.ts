import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { columnsFor, nullable, primary } from './columns.js';

const MESSAGE = 'weixin_message';
const PAUSE = 'weixin_send_pause';

/** Messages that wait for their time, and the APIs of accounts whose sends pause. Messages that were accepted before have been posted once. */
export class DeferMessages1763800000000 implements MigrationInterface {
  name = 'DeferMessages1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    const { text, int, epoch } = columnsFor(runner);
    await runner.addColumns(MESSAGE, [
      int('attempts', { default: 1 }),
      int('resends', { default: 0 }),
      epoch('not_before', nullable),
      epoch('deadline_at', nullable),
      epoch('due_at', nullable),
    ]);
    await runner.createIndex(
      MESSAGE,
      new TableIndex({
        name: 'ix_weixin_message_due',
        columnNames: ['status', 'due_at', 'id'],
        where: "status = 'waiting' OR status = 'unknown'",
      }),
    );
    await runner.createTable(
      new Table({
        name: PAUSE,
        columns: [
          text('app_id', 32, primary),
          text('path', 128, primary),
          epoch('paused_at'),
          epoch('paused_until'),
          int('errcode', nullable),
          text('reason', 255),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(PAUSE);
    await runner.dropIndex(MESSAGE, 'ix_weixin_message_due');
    await runner.dropColumns(MESSAGE, ['attempts', 'resends', 'not_before', 'deadline_at', 'due_at']);
  }
}
