import type { DataSourceOptions, QueryRunner } from 'typeorm';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { idOf } from '../support/ids.js';
import { LineProcess } from '../support/line-process.js';
import { numbers } from '../support/many-rows.js';
import { OneSend, SENT, UNCLEAR, UNSETTLED, UNTOUCHED } from '../support/one-send.js';
import { describeDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

/** Until a call of the host waits for a lock of `outside`. */
const WAITING = {
  postgres:
    "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  // Not innodb_trx: a reader who asks more often than ten times a second sees an old copy of it for ever.
  mysql:
    "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%weixin_%' AND id <> CONNECTION_ID()",
} as const;

/**
 * Raises what the server itself raises, so often as `trouble` says; a sequence counts, because no rollback
 * takes that back.
 */
const RAISING = {
  postgres: (table: string, event: string, times: number) => [
    'CREATE SEQUENCE trouble',
    `CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF nextval('trouble') <= ${times} THEN
         RAISE EXCEPTION 'could not serialize access due to concurrent update' USING ERRCODE = '40001';
       END IF;
       IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
       RETURN NEW;
     END $$`,
    `CREATE TRIGGER trouble BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION trouble()`,
  ],
  mysql: (table: string, event: string, times: number) => [
    'CREATE SEQUENCE trouble',
    `CREATE TRIGGER trouble BEFORE ${event} ON ${table} FOR EACH ROW
       IF /*M! NEXTVAL(trouble) */ <= ${times} THEN
         SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found when trying to get lock';
       END IF`,
  ],
} as const;

for (const kind of ['postgres', 'mysql'] as const) {
  describeDatabase(kind, 'a database under contention', () => {
    let ready: OneSend;
    let other: QueryRunner;
    beforeEach(async () => {
      ready = await OneSend.prepare(kind);
      other = ready.outside.createQueryRunner();
      await other.connect();
    });
    afterEach(async () => {
      await other?.release();
      await ready?.close();
    });

    const raise = async (table: string, event: string, times: number) => {
      for (const statement of RAISING[kind](table, event, times)) await ready.outside.query(statement);
    };
    const atomically = () => jest.spyOn(ready.host.app.get(SqlExecutor, { strict: false }), 'atomically');
    const waits = () =>
      until(async () => Number((await ready.outside.query(WAITING[kind]))[0].n) > 0, 'a wait for a lock');

    /** A transaction that is chosen last when there is a deadlock. */
    async function beginStubbornly(): Promise<void> {
      await ready.outside.query('CREATE TABLE weight (id int)');
      if (kind === 'postgres') await other.query("SET deadlock_timeout = '1min'");
      await other.query('BEGIN');
      if (kind === 'mysql') await other.query(`INSERT INTO weight SELECT i FROM ${numbers('mysql', 500)}`);
    }

    it.each([
      ['the claim of the grant', 'weixin_live_grant', 'DELETE'],
      ['the message beside it', 'weixin_message', 'INSERT'],
    ])('is asked again when it takes back %s twice', async (_, table, event) => {
      await raise(table, event, 2);
      expect((await ready.send()).end).toBe('sent');
      expect(await ready.stand()).toEqual(SENT);
    });

    it.each([['the outcome', 'weixin_message']])(
      'is asked again when it takes back %s twice',
      async (_, table) => {
        ready.afterThePost(() => raise(table, 'UPDATE', 2));
        const attempts = atomically();
        expect((await ready.send()).end).toBe('sent');
        expect(await ready.stand()).toEqual(SENT);
        // The executor's own repetition, not a second settle.
        expect(attempts).toHaveBeenCalledTimes(2);
      },
    );

    it('that never gives in: nothing is accepted, and the error says why', async () => {
      await raise('weixin_message', 'INSERT', 1_000_000);
      const { end, error } = await ready.send();
      expect([end, error?.message]).toEqual(['WEIXIN_DATABASE', expect.stringContaining('contention')]);
      expect(await ready.stand()).toEqual(UNTOUCHED);
    });

    it('chooses the claim as the victim of a deadlock: it is made again', async () => {
      const idempotencyKey = 'class-1';
      await beginStubbornly();
      // Not committed: whoever inserts the same key waits for us.
      await other.query(
        `INSERT INTO weixin_message (id, app_id, openid, template_id, scene, channel, status, content_digest, idempotency_key, accepted_at)
         SELECT '${idOf('of somebody else')}', app_id, openid, template_id, scene, channel, 'sent', '', '${idempotencyKey}', 0 FROM weixin_grant`,
      );
      const sending = ready.send(idempotencyKey);
      await waits();
      await other.query('UPDATE weixin_live_grant SET proof = proof');
      await other.query('ROLLBACK');
      expect((await sending).end).toBe('sent');
      expect(await ready.stand()).toEqual(SENT);
    });
  });
}

describeDatabase('sqlite', 'a database that another process keeps locked beyond the time limit', (kind) => {
  let ready: OneSend;
  let locker: LineProcess;
  beforeEach(async () => {
    let file = '';
    ready = await OneSend.prepare(kind, {
      reach: (options) => {
        file = String(options.database);
        return { ...options, timeout: 20 } as DataSourceOptions;
      },
    });
    locker = await LineProcess.spawn('write-lock-process.ts', { file });
  });
  afterEach(async () => {
    await locker?.kill();
    await ready?.close();
  });

  async function order(order: 'lock' | 'unlock'): Promise<void> {
    locker.say(order);
    expect(await locker.hear()).toBe(order);
  }

  it('before the claim: a clear error, nothing written, nothing posted', async () => {
    await order('lock');
    const { end, error } = await ready.send();
    expect([end, error?.message]).toEqual(['WEIXIN_DATABASE', expect.stringContaining('SQLITE_BUSY')]);
    expect(error).toMatchObject({ temporary: true });
    expect(await ready.stand()).toEqual(UNTOUCHED);
    await order('unlock');
    expect((await ready.send()).end).toBe('sent');
    expect(await ready.stand()).toEqual(SENT);
  });

  it('before the settle, for a moment: it is recorded all the same', async () => {
    ready.afterThePost(() => order('lock'));
    const attempts = jest.spyOn(ready.host.app.get(SqlExecutor, { strict: false }), 'atomically');
    const sending = ready.send();
    await until(() => attempts.mock.calls.length >= 2, 'the first attempt to settle');
    await expect(attempts.mock.results[1].value).rejects.toThrow('SQLITE_BUSY');
    await order('unlock');
    expect((await sending).end).toBe('sent');
    expect(await ready.stand()).toEqual(SENT);
  });

  it('before the settle, for long: its caller is told "unknown", and so says the ledger after recovery', async () => {
    ready.afterThePost(() => order('lock'));
    expect((await ready.send()).end).toBe('unknown');
    expect(await ready.stand()).toEqual(UNSETTLED);
    await ready.recover();
    expect(await ready.stand()).toEqual(UNSETTLED);
    await order('unlock');
    await ready.host.tasks.run('message-recovery');
    expect(await ready.stand()).toEqual(UNCLEAR);
  });
});
