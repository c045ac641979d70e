import { GrantEntity } from 'nestjs-weixin-subscribe';
import type { DataSource } from 'typeorm';
import type { GrantKey } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { sceneKeyOf } from '../../libs/weixin-subscribe/src/grant/live-key.js';
import type { DatabaseKind } from './test-databases.js';

/**
 * 6,000 grants of 2,000 people of one account; of each, one grant is available and two are spent, for a
 * message each.
 */
export async function fillGrants(
  dataSource: DataSource,
  kind: DatabaseKind,
  key: Omit<GrantKey, 'openid'>,
  now: number,
): Promise<void> {
  const rows = Array.from({ length: 6000 }, (_, index) => ({
    ...key,
    id: `0193a000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    openid: `person-${index % 2000}`,
    channel: 'one-time' as const,
    source: `fill:${index}`,
    subject: null,
    proof: 'bound' as const,
    sceneKey: String(sceneKeyOf({ scene: 0, ...key })),
    liveKey: null,
    grantedAt: new Date(now + index),
    expiresAt: null,
    endedAs: null,
  }));
  for (let start = 0; start < rows.length; start += 500) {
    await dataSource
      .createQueryBuilder()
      .insert()
      .into(GrantEntity)
      .values(rows.slice(start, start + 500))
      .updateEntity(false)
      .execute();
  }
  await dataSource.query(`INSERT INTO weixin_message (id, app_id, openid, template_id, scene, channel, status, content_digest, accepted_at, grant_id)
    SELECT id, app_id, openid, template_id, scene, channel, 'sent', '', granted_at, id FROM weixin_grant WHERE source >= 'fill:' AND id >= '0193a000-0000-7000-8000-000000002000'`);
  await dataSource.query(`INSERT INTO weixin_live_grant (id, app_id, openid, template_id, scene, channel, proof, granted_at)
    SELECT id, app_id, openid, template_id, scene, channel, proof, granted_at FROM weixin_grant WHERE id < '0193a000-0000-7000-8000-000000002000'`);
  await dataSource.query(
    kind === 'mysql'
      ? 'ANALYZE TABLE weixin_grant, weixin_live_grant, weixin_message, weixin_message_batch /*M! PERSISTENT FOR ALL */'
      : 'ANALYZE',
  );
}

/** A statement for MariaDB behind a verb, which stands behind what is set for the statement. */
export const askedBy = (verb: string, sql: string): string => sql.replace(/^(\/\*M!.*?\*\/)?/, `$1 ${verb} `);

/** How the database would run a statement, as text; on PostgreSQL once for these values and once for any. */
export async function plans(
  dataSource: DataSource,
  kind: DatabaseKind,
  sql: string,
  params: unknown[],
): Promise<string[]> {
  if (kind === 'sqlite') return [JSON.stringify(await dataSource.query(`EXPLAIN QUERY PLAN ${sql}`, params))];
  if (kind === 'mysql') {
    const rows: { select_type: string }[] = await dataSource.query(
      askedBy('EXPLAIN FORMAT=TRADITIONAL', sql),
      params,
    );
    // What is inserted into is read by nobody; MySQL says "ALL" of it.
    return [JSON.stringify(rows.filter((row) => row.select_type !== 'INSERT'))];
  }
  let position = 0;
  const numbered = sql.replace(/\?/g, () => `$${++position}`);
  const runner = dataSource.createQueryRunner();
  try {
    const custom = await runner.query(`EXPLAIN ${numbered}`, params);
    const values = params.map((value) =>
      typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
    );
    await runner.query('SET plan_cache_mode = force_generic_plan');
    await runner.query(`PREPARE claim AS ${numbered}`);
    const generic = await runner.query(`EXPLAIN EXECUTE claim(${values.join(', ')})`);
    await runner.query('DEALLOCATE claim');
    await runner.query('RESET plan_cache_mode');
    return [custom, generic].map((plan) => JSON.stringify(plan));
  } finally {
    await runner.release();
  }
}
