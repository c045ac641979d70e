import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnsFor, nullable, primary } from './columns.js';

/** Tokens, and who has a job of upkeep: all that the token service needs when it is used alone. */
export class CreateWeixinToken1763500000000 implements MigrationInterface {
  name = 'CreateWeixinToken1763500000000';

  async up(runner: QueryRunner): Promise<void> {
    await createToken(runner);
    await createLease(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['lease', 'token']) await runner.dropTable(`weixin_${table}`);
  }
}

async function createToken(runner: QueryRunner): Promise<void> {
  const { text, longText, int, epoch } = columnsFor(runner);
  await runner.createTable(
    new Table({
      name: 'weixin_token',
      columns: [
        text('app_id', 32, primary),
        text('family', 16, primary),
        longText('access_token', nullable),
        epoch('minted_at', nullable),
        epoch('expires_at', nullable),
        int('generation', nullable),
        int('fence'),
        text('lease_holder', 36, nullable),
        epoch('leased_until', nullable),
        epoch('window_started_at', nullable),
        int('window_mints'),
        epoch('forced_at', nullable),
        int('forces'),
      ],
    }),
  );
}

async function createLease(runner: QueryRunner): Promise<void> {
  const { text, epoch } = columnsFor(runner);
  await runner.createTable(
    new Table({
      name: 'weixin_lease',
      columns: [text('name', 64, primary), text('holder', 36), epoch('leased_until')],
    }),
  );
}
