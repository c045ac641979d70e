import { SceneRegistry, TokenAudit } from 'nestjs-weixin-subscribe';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createTestApp } from '../support/create-test-app.js';
import { SEND } from '../support/deferred.js';
import { message, OFFICIAL_KEY, subscribe } from '../support/flows.js';
import { createDatabase, describeDatabase } from '../support/test-databases.js';

describeDatabase('postgres', 'a host whose tables live in a schema of their own', (kind) => {
  it('asks, records and sends there, and touches nothing in public', async () => {
    const database = await createDatabase(kind);
    const admin = await new DataSource(database.options).initialize();
    await admin.query('CREATE SCHEMA "Reminders"');
    const host = await createTestApp({
      shared: {
        options: { ...database.options, schema: 'Reminders' } as DataSourceOptions,
        drop: database.drop,
      },
      options: { delivery: { unknown: 'resend-if-not-renewed' } },
    });
    const { openid } = await subscribe(host);
    expect(await host.grants.countAvailable({ ...OFFICIAL_KEY, openid, scene: 1000 })).toBe(1);
    expect(await host.subscribe.send(message(openid))).toMatchObject({ status: 'sent' });
    const audit = host.app.get(TokenAudit);
    const caller = { client: 'courses', appId: OFFICIAL_KEY.appId, endpoint: 'rest' } as const;
    for (let time = 0; time < 2; time++) await audit.took(caller, 'a-token');
    await audit.flush();
    expect(await audit.list()).toMatchObject([{ client: 'courses', times: 2 }]);
    expect(await host.app.get(SceneRegistry).sceneFor({ ...OFFICIAL_KEY, purpose: 'class:42' })).toBe(0);
    // Deferred in a transaction of the host, held by a pause, and resent by the policy: every other
    // statement.
    host.clock.advance(1);
    await subscribe(host);
    const { id } = await host.dataSource.transaction((manager) =>
      host.subscribe.send({ ...message(openid), idempotencyKey: 'k' }, { manager }),
    );
    host.simulator.fault({ path: SEND, kind: 'errcode', errcode: 45009 });
    await host.tasks.run('message-dispatch');
    await host.tasks.run('send-pauses');
    expect(await host.subscribe.resume(OFFICIAL_KEY.appId)).toBe(true);
    host.simulator.fault({ path: SEND, kind: 'reset-before' });
    await host.tasks.run('message-dispatch');
    host.clock.advance(60_000);
    await host.tasks.run('message-resend');
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent', resends: 1 });
    const tables = await admin.query(
      "SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name LIKE 'weixin%'",
    );
    expect(tables).toEqual([{ table_schema: 'Reminders' }]);
    await host.close();
    await admin.destroy();
    await database.drop();
  });
});

describe('a DataSource with an entityPrefix', () => {
  it('is refused at start, because the tables have fixed names', async () => {
    const database = await createDatabase('sqlite');
    await expect(
      createTestApp({
        shared: { ...database, options: { ...database.options, entityPrefix: 'x_' } as DataSourceOptions },
      }),
    ).rejects.toThrow('option "dataSource" has the entityPrefix "x_"');
    await database.drop();
  });
});
