import type { Database } from 'better-sqlite3';
import { AuthorizationService } from 'nestjs-weixin-subscribe';
import { OFFICIAL_KEY } from '../support/flows.js';
import { countBy } from '../support/ledger.js';
import { OneSend, SENT, UNCLEAR, UNSETTLED, UNTOUCHED } from '../support/one-send.js';
import { type DatabaseKind, describeEachDatabase } from '../support/test-databases.js';

/** What the database says of a full disk, in its own code. */
const SAYS: Record<DatabaseKind, string> = {
  sqlite: 'SQLITE_FULL',
  postgres: '53100',
  mysql: 'ER_DISK_FULL',
};

/**
 * Fills the disk for whatever writes to a table. SQLite really has no page left: the trigger asks for more
 * than there may be. The servers raise their error for a full disk by a trigger, in the middle of the
 * transaction.
 */
async function fill(ready: OneSend, kind: DatabaseKind, table: string, event: string): Promise<void> {
  const { outside, host } = ready;
  switch (kind) {
    case 'sqlite': {
      // The limit belongs to the connection: here, that of the host.
      const { databaseConnection } = host.dataSource.driver as unknown as { databaseConnection: Database };
      await outside.query('CREATE TABLE filler (content blob)');
      await outside.query(
        `CREATE TRIGGER filler AFTER ${event} ON ${table} BEGIN INSERT INTO filler VALUES (zeroblob(10000000)); END`,
      );
      const pages = Number(databaseConnection.pragma('page_count', { simple: true }));
      databaseConnection.pragma(`max_page_count = ${pages + 100}`);
      return;
    }
    case 'postgres':
      await outside.query(
        `CREATE FUNCTION filler() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'could not extend file "base/1/1": No space left on device' USING ERRCODE = '53100';
         END $$`,
      );
      await outside.query(
        `CREATE TRIGGER filler AFTER ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION filler()`,
      );
      return;
    case 'mysql':
      await outside.query(
        `CREATE TRIGGER filler AFTER ${event} ON ${table} FOR EACH ROW
           SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1021, MESSAGE_TEXT = 'Disk full (/var/tmp); waiting for someone to free some space...'`,
      );
  }
}

/** Somebody made room. */
const free = ({ outside }: OneSend, kind: DatabaseKind, table: string) =>
  outside.query(`DROP TRIGGER filler${kind === 'postgres' ? ` ON ${table}` : ''}`);

describeEachDatabase('a database that is out of disk', (kind) => {
  let ready: OneSend;
  beforeEach(async () => {
    ready = await OneSend.prepare(kind);
  });
  afterEach(() => ready?.close());

  it.each([
    ['with the claim', 'weixin_live_grant', 'DELETE'],
    ['with the message, after the claim', 'weixin_message', 'INSERT'],
  ])('%s: a clear error, nothing half-written, nothing posted', async (_, table, event) => {
    await fill(ready, kind, table, event);
    const { end, error } = await ready.send();
    expect([end, error?.message]).toEqual(['WEIXIN_DATABASE', expect.stringContaining(SAYS[kind])]);
    expect(error).toMatchObject({ temporary: true });
    expect(await ready.stand()).toEqual(UNTOUCHED);
    await free(ready, kind, table);
    expect((await ready.send()).end).toBe('sent');
    expect(await ready.stand()).toEqual(SENT);
  });

  it.each([['with the outcome', 'weixin_message']])(
    '%s: its caller is told "unknown", nothing is half-written, and so says the ledger after recovery',
    async (_, table) => {
      ready.afterThePost(() => fill(ready, kind, table, 'UPDATE'));
      const { end, error } = await ready.send();
      expect([end, error?.message]).toEqual(['unknown', expect.stringContaining('could not be recorded')]);
      expect(await ready.stand()).toEqual(UNSETTLED);
      await ready.recover();
      expect(await ready.stand()).toEqual(UNSETTLED);
      await free(ready, kind, table);
      await ready.host.tasks.run('message-recovery');
      expect(await ready.stand()).toEqual(UNCLEAR);
    },
  );

  it.each([
    ['with the answer of a person', 'weixin_intent', 'UPDATE'],
    ['with the grant, after the older one was closed', 'weixin_grant', 'INSERT'],
  ])('%s: a clear error, and the same answer counts once there is room', async (_, table, event) => {
    const { host, openid } = ready;
    const authorization = host.app.get(AuthorizationService);
    const { state, cookie } = await authorization.askInBrowser({
      ...OFFICIAL_KEY,
      scene: 1,
      returnTo: '/courses/1',
    });
    const { templateId } = OFFICIAL_KEY;
    const answer = () =>
      authorization.answer({ state, templateId, scene: 1, openid, action: 'confirm' }, 'web', {
        cookies: { [cookie.name]: cookie.value },
      });

    await fill(ready, kind, table, event);
    const error = await answer().catch((reason) => reason);
    expect([error.code, error.message]).toEqual(['WEIXIN_DATABASE', expect.stringContaining(SAYS[kind])]);
    expect(await countBy(ready.outside, 'weixin_grant')).toEqual({ available: 1 });
    expect(await countBy(ready.outside, 'weixin_intent')).toEqual({ pending: 1 });

    await free(ready, kind, table);
    expect(await answer()).toMatchObject({ status: 'confirmed' });
    expect(await countBy(ready.outside, 'weixin_grant')).toEqual({ available: 1, renewed: 1 });
    expect(await countBy(ready.outside, 'weixin_intent')).toEqual({ confirmed: 1 });
  });
});
