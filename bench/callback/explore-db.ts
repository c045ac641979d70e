import { openDatabase, type DatabaseKind } from '../../test/support/test-databases.js';
import { libraryParts } from '../../test/support/library-parts.js';
import { OFFICIAL } from '../../test/support/accounts.js';
import { digest } from '../../libs/weixin-subscribe/src/common/secret.js';
import { liveKeyOf } from '../../libs/weixin-subscribe/src/grant/live-key.js';
import { GroupCommit } from '../../libs/weixin-subscribe/src/common/database/group-commit.js';
import { recordGroup, rowsOf } from '../../libs/weixin-subscribe/src/grant/grant-group.sql.js';
import { interleaved, costOf } from '../support/measure.js';
process.env.TEST_POSTGRES_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';
process.env.TEST_MYSQL_URL ??= 'mysql://root@127.0.0.1:3306/test';
const kind = (process.argv[2] ?? 'postgres') as DatabaseKind;
const C = Number(process.argv[3] ?? 64), N = Number(process.argv[4] ?? 1500), ROUNDS = Number(process.argv[5] ?? 5);
const { dataSource, close } = await openDatabase(kind);
const parts = libraryParts(dataSource);
let next = 0;
async function seed(from: number, n: number) {
  const now = parts.clock.now();
  for (let at = from; at < from + n; at += 500) {
    const values = [];
    for (let i = at; i < Math.min(at + 500, from + n); i++)
      values.push(`('${String(i).padStart(36, '0')}','${OFFICIAL.appId}','${OFFICIAL.templates[0]}',1000,'web','${digest('c')}','http://127.0.0.1:3000/courses/1','pending',${now},${now + 3600_000},'${digest('s' + i)}')`);
    await dataSource.query(`INSERT INTO weixin_intent (id, app_id, template_id, scene, door, binding_digest, return_to, status, created_at, expires_at, state_digest) VALUES ${values.join(',')}`);
  }
}
const work = (i: number) => {
  const now = parts.clock.now();
  const id = String(i).padStart(36, '0');
  const key = { appId: OFFICIAL.appId, openid: `person-${i}`, templateId: OFFICIAL.templates[0], scene: 1000 };
  return { row: { id: parts.random.id(now), app_id: key.appId, openid: key.openid, template_id: key.templateId, scene: 1000, channel: 'one-time', status: 'available', source: `intent:${id}`, subject: null, granted_at: now, expires_at: null, claimed_by: null, closed_at: null }, liveKey: liveKeyOf(key), gateId: id, gate: {intent_id: id} };
};
type W = ReturnType<typeof work>;
const gateSql = "UPDATE weixin_intent AS t SET status='confirmed', openid = v.openid, answered_at = v.granted_at FROM v WHERE t.id = v.intent_id AND t.status = 'pending' AND t.expires_at > v.granted_at";
const cte = recordGroup({ table: 'weixin_intent', set: { status: "'confirmed'", openid: 'v.openid', answered_at: 'v.granted_at' }, where: "t.status = 'pending' AND t.expires_at > v.granted_at" });
if (process.argv[6]) {
  await seed(100000, 3000); await dataSource.query('ANALYZE');
  console.log((await dataSource.query('EXPLAIN ANALYZE ' + cte.replace('?', '$1'), [rowsOf(Array.from({length: 32}, (_, i) => work(100000 + i)))])).map((r: any) => r['QUERY PLAN']).join('\n'));
}
let sizes: number[] = [];
const one = new GroupCommit<W, boolean>({ alone: async () => { throw new Error('alone'); }, together: async (g) => { sizes.push(g.length); const rows = await parts.sql.all<{ id: string }>(cte, [rowsOf(g)]); const s = new Set(rows.map((r) => r.id)); return g.map((w) => s.has(w.row.id)); } });
// SQLite: all that waits in this turn, one transaction
let q: { w: W; r: (b: boolean) => void }[] = [];
const turn = (w: W) => new Promise<boolean>((r) => { q.push({ w, r }); if (q.length === 1) setImmediate(async () => { const g = q; q = []; 
  const st = g.flatMap(({ w }) => [{ name: 'a', sql: "UPDATE weixin_intent SET status = 'confirmed', openid = ?, answered_at = ? WHERE id = ? AND status = 'pending' AND expires_at > ?", params: [w.row.openid, w.row.granted_at, w.gate.intent_id, w.row.granted_at], expect: 'one' as const },
    { name: 'c', sql: "UPDATE weixin_grant SET status = 'renewed', live_key = NULL, closed_at = ? WHERE live_key = ?", params: [w.row.granted_at, w.liveKey] },
    { name: 'i', sql: 'INSERT INTO weixin_grant (id, app_id, openid, template_id, scene, channel, status, source, subject, granted_at, expires_at, claimed_by, closed_at, live_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', params: [...Object.values(w.row), w.liveKey] }]);
  const res = await parts.sql.atomically(st); for (const x of g) x.r(res.applied); }); });
const round = (f: (i: number) => Promise<boolean>) => async () => {
  const from = next; next += N; await seed(from, N); let i = from;
  return costOf(async () => { await Promise.all(Array.from({ length: C }, async () => { while (i < from + N) { if (!(await f(i++))) throw new Error('no'); await new Promise((r) => setImmediate(r)); } })); return N; });
};
const single = (i: number) => parts.intents.confirm({ id: String(i).padStart(36, '0'), appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1000 } as any, `person-${i}`);
const ways: any = kind === 'sqlite' ? { single: round(single), turn: round((i) => turn(work(i))) } : { single: round(single), ...(kind === 'postgres' && { one: round((i) => one.run(work(i))) }), read: async () => { let i = 0; return costOf(async () => { await Promise.all(Array.from({ length: C }, async () => { while (i < N) await parts.intents.findByState(digest('s' + i++)); })); return N; }); } };
console.table(await interleaved(ROUNDS, ways));
console.log('group sizes', sizes.slice(-10));
await close(); process.exit(0);
