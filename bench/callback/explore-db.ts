import { openDatabase, type DatabaseKind } from '../../test/support/test-databases.js';
import { libraryParts } from '../../test/support/library-parts.js';
import { OFFICIAL } from '../../test/support/accounts.js';
import { digest } from '../../libs/weixin-subscribe/src/common/secret.js';
import { ConfirmGroup } from '../../libs/weixin-subscribe/src/authorization/confirm-group.js';
import { interleaved, costOf } from '../support/measure.js';
process.env.TEST_POSTGRES_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';
process.env.TEST_MYSQL_URL ??= 'mysql://root@127.0.0.1:3306/test';
const kind = (process.argv[2] ?? 'postgres') as DatabaseKind;
const C = Number(process.argv[3] ?? 64), N = Number(process.argv[4] ?? 1500), ROUNDS = Number(process.argv[5] ?? 5);
const { dataSource, close } = await openDatabase(kind);
const parts = libraryParts(dataSource);
const sizes: string[] = [];
const together = ConfirmGroup.prototype.together;
ConfirmGroup.prototype.together = async function (g) { try { const r = await together.call(this, g); sizes.push(`${g.length}:${r ? r.filter(Boolean).length : 'no'}`); return r; } catch (e) { sizes.push(`${g.length}:${e}`); throw e; } };
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
const round = (f: (i: number) => Promise<boolean>) => async () => {
  const from = next; next += N; await seed(from, N); let i = from;
  return costOf(async () => { await Promise.all(Array.from({ length: C }, async () => { while (i < from + N) { if (!(await f(i++))) throw new Error('no'); await new Promise((r) => setImmediate(r)); } })); return N; });
};
const intent = (i: number) => ({ id: String(i).padStart(36, '0'), appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1000 }) as any;
const single = (i: number) => { const it = intent(i); const grant = { ...it, id: undefined, openid: `person-${i}`, source: `intent:${it.id}` }; return (parts.intents as any).confirmAlone({ intentId: it.id, grant, draft: parts.grants.draft(grant) }); };
const grouped = (i: number) => parts.intents.confirm(intent(i), `person-${i}`);
console.table(await interleaved(ROUNDS, { single: round(single), grouped: round(grouped) }));
console.log('groups', sizes.slice(-12).join(' '));
await close(); process.exit(0);
