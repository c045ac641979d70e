import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const EXPECTED = new TableIndex({
  name: 'ix_weixin_intent_expected_openid',
  columnNames: ['expected_openid'],
  where: 'expected_openid IS NOT NULL',
});

/** Finds the questions that one person was expected to answer, for their history and their erasure. */
export class AddWeixinHistoryIndexes1763910000000 implements MigrationInterface {
  name = 'AddWeixinHistoryIndexes1763910000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('weixin_intent', EXPECTED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('weixin_intent', EXPECTED);
  }
}
