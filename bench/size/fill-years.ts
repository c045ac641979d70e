import type { DataSource } from 'typeorm';
import { sceneKeyOf } from '../../libs/weixin-subscribe/src/grant/live-key.js';
import { OFFICIAL } from '../../test/support/accounts.js';
import { say } from '../support/report.js';

const TABLES = ['weixin_grant', 'weixin_live_grant', 'weixin_message'];
const CHUNK = 1_000_000;
const PEOPLE_SHARE = 8;

/** The messages of earlier months, each with the grant it used, and grants that may be used, of one scene. */
export interface Years {
  messages: number;
  /** When the first and the last of them were accepted, epoch milliseconds. */
  from: number;
  to: number;
  live: number;
  liveScene: number;
}

/** The person of the n-th grant that may be used. */
export const liveOpenid = (n: number) => `oLive_${n.toString(16).padStart(22, '0')}`;

/**
 * PostgreSQL fills itself, with the indexes dropped meanwhile: to write twenty million rows into them as well
 * would take an hour.
 */
export async function fillYears(dataSource: DataSource, years: Years): Promise<void> {
  const indexes: { name: string; definition: string }[] = await dataSource.query(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
      WHERE indrelid = ANY ($1::regclass[]) AND NOT indisprimary`,
    [TABLES],
  );
  for (const { name } of indexes) await dataSource.query(`DROP INDEX ${name}`);
  for (let start = 0; start < years.messages; start += CHUNK) {
    for (const sql of used(years, start, Math.min(years.messages, start + CHUNK) - 1))
      await dataSource.query(sql);
    say(`${Math.min(years.messages, start + CHUNK)} messages`);
  }
  for (let start = 0; start < years.live; start += CHUNK)
    for (const sql of live(years, start, Math.min(years.live, start + CHUNK) - 1))
      await dataSource.query(sql);
  say(`${years.live} grants that may be used`);
  for (const { name, definition } of indexes) {
    await dataSource.query(definition);
    say(`index ${name}`);
  }
  await dataSource.query(`VACUUM ANALYZE ${TABLES.join(', ')}`);
  await dataSource.query('CHECKPOINT');
}

const SCENE = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const KEY = `'${SCENE.appId}', '${SCENE.templateId}', 'one-time'`;
/** Of the scene \`i % 7 + 1\`. */
const SCENE_KEYS = `(ARRAY[${[1, 2, 3, 4, 5, 6, 7].map((scene) => sceneKeyOf({ ...SCENE, scene })).join(', ')}]::bigint[])[i % 7 + 1]`;

/** A UUID whose first 48 bits are the moment, as those of the library are. */
function idAt(moment: string, kind: string): string {
  const hex = `lpad(to_hex(${moment}), 12, '0')`;
  return `CAST(left(${hex}, 8) || '-' || right(${hex}, 4) || '-7${kind}00-8000-' || lpad(to_hex(i), 12, '0') AS uuid)`;
}

function used({ messages, from, to }: Years, first: number, last: number): string[] {
  const at = `(${from} + i * (${to - from})::bigint / ${messages})`;
  const openid = `'oEarlier' || lpad(to_hex((i * 2654435761) % ${Math.ceil(messages / PEOPLE_SHARE)}), 20, '0')`;
  const rows = `FROM generate_series(${first}::bigint, ${last}) AS s(i)`;
  const grantId = idAt(`${at} - 60000`, 'a');
  const content = `'{"title":"上课提醒","content":{"value":"线性代数 8:50 开始，教室 3-402，请提前五分钟到达"}}'`;
  return [
    `INSERT INTO weixin_grant (app_id, template_id, channel, id, openid, scene, scene_key, intent_id, proof, granted_at)
      SELECT ${KEY}, ${grantId}, ${openid}, i % 7 + 1, ${SCENE_KEYS}, ${grantId}, 'bound', ${at} - 60000 ${rows}`,
    `INSERT INTO weixin_message (app_id, template_id, channel, id, openid, scene, status, content, content_digest,
        requested_by, grant_id, proof, errcode, errmsg, accepted_at, settled_at)
      SELECT ${KEY}, ${idAt(at, 'b')}, ${openid}, i % 7 + 1,
        CASE WHEN i % 20 = 0 THEN 'refused' WHEN i % 50 = 1 THEN 'failed' ELSE 'sent' END, ${content}, '', 'courses',
        ${grantId}, 'bound', CASE WHEN i % 20 = 0 THEN 43101 WHEN i % 50 = 1 THEN 47003 ELSE 0 END,
        CASE WHEN i % 20 = 0 THEN 'user refuse to accept the msg' WHEN i % 50 = 1 THEN 'argument invalid!' END,
        ${at}, ${at} + 180 ${rows}`,
  ];
}

function live({ to, live: many, liveScene }: Years, first: number, last: number): string[] {
  const at = `(${to} - ${many} + i)`;
  const id = idAt(at, 'c');
  const openid = `'oLive_' || lpad(to_hex(i), 22, '0')`;
  const liveKey = `left(md5(i::text), 22)`;
  const rows = `FROM generate_series(${first}::bigint, ${last}) AS s(i)`;
  const facts = `${KEY}, ${id}, ${openid}, ${liveScene}, 'bound', ${at}`;
  const columns = 'app_id, template_id, channel, id, openid, scene, proof, granted_at';
  return [
    `INSERT INTO weixin_grant (${columns}, scene_key, live_key, intent_id) SELECT ${facts}, ${sceneKeyOf({ ...SCENE, scene: liveScene })}, ${liveKey}, ${id} ${rows}`,
    `INSERT INTO weixin_live_grant (${columns}) SELECT ${facts} ${rows}`,
  ];
}
