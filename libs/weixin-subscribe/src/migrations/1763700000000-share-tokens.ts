import type { MigrationInterface, QueryRunner } from 'typeorm';
import { digest } from '../kernel/secret.js';
import { columnsFor, nullable } from './columns.js';

const TABLE = 'weixin_token';

/**
 * What a token service for several processes has to know of each account and family: the token's digest, the mints of the day, the last failure
 * and the tokens that died. Leases no longer end by a clock. Tokens that are stored stay in use.
 */
export class ShareTokens1763700000000 implements MigrationInterface {
  name = 'ShareTokens1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    const { text, longText, int, epoch } = columnsFor(runner);
    // Nobody can hold a lease in the new sense yet.
    await runner.dropColumns(TABLE, ['lease_holder', 'leased_until']);
    await runner.addColumns(TABLE, [
      text('token_digest', 43, nullable),
      text('lease_holder', 64, nullable),
      epoch('day_started_at', nullable),
      int('day_mints', { default: 0 }),
      longText('failure', nullable),
      longText('deaths', nullable),
    ]);
    await fillDigests(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { text, epoch } = columnsFor(runner);
    await runner.dropColumns(TABLE, [
      ...['token_digest', 'lease_holder', 'day_started_at', 'day_mints'],
      ...['failure', 'deaths'],
    ]);
    await runner.addColumns(TABLE, [text('lease_holder', 36, nullable), epoch('leased_until', nullable)]);
  }
}

async function fillDigests(runner: QueryRunner): Promise<void> {
  const table = tableName(runner);
  const rows: { app_id: string; family: string; access_token: string }[] = await runner.query(
    `SELECT app_id, family, access_token FROM ${table} WHERE access_token IS NOT NULL`,
  );
  const [first, second, third] = [0, 1, 2].map((at) => runner.connection.driver.createParameter('p', at));
  for (const { app_id, family, access_token } of rows) {
    await runner.query(
      `UPDATE ${table} SET token_digest = ${first} WHERE app_id = ${second} AND family = ${third}`,
      [digest(access_token), app_id, family],
    );
  }
}

/** Under the schema that a DataSource on PostgreSQL may name. */
function tableName({ connection }: QueryRunner): string {
  const { schema } = connection.options as { schema?: string };
  return schema ? `${connection.driver.escape(schema)}.${TABLE}` : TABLE;
}
