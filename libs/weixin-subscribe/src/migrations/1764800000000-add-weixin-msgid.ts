import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnsFor, nullable } from './columns.js';

const TABLE = 'weixin_message';

/** WeChat's id of a message, by which its pushes name it. */
export class AddWeixinMsgid1764800000000 implements MigrationInterface {
  name = 'AddWeixinMsgid1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn(TABLE, columnsFor(runner).text('msgid', 32, nullable));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn(TABLE, 'msgid');
  }
}
