import type { MigrationInterface, QueryRunner } from 'typeorm';
import { digest } from '../kernel/secret.js';
import { columnsFor, nullable } from './columns.js';

const TABLE = 'weixin_grant';

interface HeldGrant {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  renewed_at: string | number | null;
}

/**
 * A grant keeps its live key while a message holds it, and a newer confirm takes it away and marks the grant. Those that are held now get what they
 * would have by that.
 */
export class MarkRenewedGrants1764600000000 implements MigrationInterface {
  name = 'MarkRenewedGrants1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn(TABLE, columnsFor(runner).epoch('renewed_at', nullable));
    await fillHeld(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE ${tableName(runner)} SET live_key = NULL WHERE status <> 'available'`);
    await runner.dropColumn(TABLE, 'renewed_at');
  }
}

/**
 * Which of two confirms was the newer one only their times can tell, and for equal times their ids, which begin with the time. But an available
 * grant that has the live key is newer than one that was claimed, whatever the times say.
 */
async function fillHeld(runner: QueryRunner): Promise<void> {
  const table = tableName(runner);
  const held: HeldGrant[] = await runner.query(
    `SELECT id, app_id, openid, template_id, scene, channel, (SELECT MIN(newer.granted_at) FROM ${table} newer
        WHERE newer.app_id = held.app_id AND newer.openid = held.openid AND newer.template_id = held.template_id AND newer.scene = held.scene
          AND newer.channel = held.channel AND (newer.live_key IS NOT NULL
            OR newer.granted_at > held.granted_at OR (newer.granted_at = held.granted_at AND newer.id > held.id))) AS renewed_at
      FROM ${table} held WHERE status IN ('claimed', 'unknown')`,
  );
  const [first, second, third] = [0, 1, 2].map((at) => runner.connection.driver.createParameter('p', at));
  for (const { id, renewed_at, app_id, openid, template_id, scene, channel } of held) {
    const liveKey = digest([app_id, openid, template_id, scene, channel].join('\n'));
    await runner.query(
      `UPDATE ${table} SET renewed_at = ${first}, live_key = ${second} WHERE id = ${third} AND status IN ('claimed', 'unknown')`,
      renewed_at === null ? [null, liveKey, id] : [renewed_at, null, id],
    );
  }
}

/** Under the schema that a DataSource on PostgreSQL may name. */
function tableName({ connection }: QueryRunner): string {
  const { schema } = connection.options as { schema?: string };
  return schema ? `${connection.driver.escape(schema)}.${TABLE}` : TABLE;
}
