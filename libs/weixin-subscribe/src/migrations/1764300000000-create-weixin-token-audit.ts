import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { columnsFor, primary } from './columns.js';

/** Who took and who reported which access_token. */
export class CreateWeixinTokenAudit1764300000000 implements MigrationInterface {
  name = 'CreateWeixinTokenAudit1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    const { text, int, epoch } = columnsFor(runner);
    await runner.createTable(
      new Table({
        name: 'weixin_token_audit',
        columns: [
          text('client', 64, primary),
          text('app_id', 32, primary),
          text('family', 16, primary),
          text('action', 8, primary),
          text('token_id', 16, primary),
          text('door', 8, primary),
          epoch('first_at'),
          epoch('last_at'),
          int('times'),
        ],
        indices: [new TableIndex({ name: 'ix_weixin_token_audit_last_at', columnNames: ['last_at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('weixin_token_audit');
  }
}
