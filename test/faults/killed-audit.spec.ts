import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { SERVICE_KEY } from '../support/accounts.js';
import { TEXT } from '../support/broadcasts.js';
import { Chance } from '../support/chance.js';
import { testOptions } from '../support/create-test-app.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { LineProcess } from '../support/line-process.js';
import type { ServingJob } from '../support/serving-process.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const READER_KEY = 'the-service-key-of-a-reader';
const KILLS = 3;
const OPERATORS = 8;
/** `AUDIT_SEED` repeats the plan of kills; where inside an action one hits is another moment each time. */
const SEED = Number(process.env.AUDIT_SEED ?? new Chance().seed);
/** No test of this file calls WeChat. */
const NO_WEIXIN = 'http://127.0.0.1:9';

interface Call {
  requestId: string;
  action: string;
  /** Id of what it changes; of what it makes the idempotency key or the name, which are its requestId. */
  subject: string;
  /** Absent where no response came. */
  status?: number;
}

type Entry = Required<Omit<Call, 'subject'>>;

/** One by one, until the host does not answer. */
class Operator {
  readonly calls: Call[] = [];

  constructor(
    private readonly url: string,
    private readonly answered: () => void,
  ) {}

  async work(): Promise<void> {
    try {
      for (;;) await this.round();
    } catch {
      // The host is gone, of which the last call knows.
    }
  }

  private async round(): Promise<void> {
    const recurring = 'broadcasts/recurring';
    const made = await this.call('recurring-broadcasts.create', 'POST', recurring, (name) => ({
      ...{ ...OFFICIAL_KEY, ...TEXT, scene: 7, name, cron: '50 8 * * *' },
    }));
    await this.call('recurring-broadcasts.pause', 'POST', `${recurring}/${made}/pause`);
    await this.call('people.erase', 'DELETE', 'people', (openid) => ({ appId: OFFICIAL_KEY.appId, openid }));
    await this.call('recurring-broadcasts.resume', 'POST', `${recurring}/${made}/resume`);
    const draft = await this.call('broadcasts.create', 'POST', 'broadcasts', (idempotencyKey) => ({
      ...{ ...OFFICIAL_KEY, ...TEXT, scene: 7, idempotencyKey, draft: true },
    }));
    // Two that are refused.
    await this.call('broadcasts.cancel', 'POST', `broadcasts/${draft}/cancel`, undefined, READER_KEY);
    await this.call('messages.resolve', 'POST', `messages/${randomUUID()}/resolve`, () => ({
      outcome: 'sent',
    }));
    await this.call('broadcasts.cancel', 'POST', `broadcasts/${draft}/cancel`);
    await this.call('recurring-broadcasts.delete', 'DELETE', `${recurring}/${made}`);
  }

  private async call(
    action: string,
    method: string,
    path: string,
    body?: (requestId: string) => object,
    key = SERVICE_KEY,
  ): Promise<string | undefined> {
    const requestId = randomUUID();
    const [subject = requestId] = /[\da-f-]{36}/.exec(path) ?? [];
    const call: Call = { requestId, action, subject };
    this.calls.push(call);
    const response = await fetch(`${this.url}/weixin/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'x-request-id': requestId,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body(requestId)),
    });
    call.status = response.status;
    this.answered();
    return (response.status === 204 ? {} : await response.json()).id;
  }
}

/** Whether what a call without a response was to do is done. Nobody has touched it since. */
async function effects(dataSource: DataSource): Promise<(call: Call) => boolean> {
  const recurring = await dataSource.query('SELECT id, name, status FROM weixin_recurring_broadcast');
  const broadcasts = await dataSource.query(
    'SELECT id, idempotency_key AS name, status FROM weixin_broadcast',
  );
  const status = new Map<string, string>();
  for (const one of [...recurring, ...broadcasts]) status.set(one.id, one.status).set(one.name, one.status);
  const after: Record<string, string | undefined> = {
    'recurring-broadcasts.create': 'active',
    'recurring-broadcasts.pause': 'paused',
    'recurring-broadcasts.resume': 'active',
    'recurring-broadcasts.delete': undefined,
    'broadcasts.create': 'draft',
    'broadcasts.cancel': 'cancelled',
  };
  // To erase somebody who is not there is done already.
  return ({ action, subject }) => action === 'people.erase' || status.get(subject) === after[action];
}

describeEachDatabase('the audit log of a host that is killed -9', (kind) => {
  it(`has one entry of each action whose caller has a response, seed ${SEED}`, async () => {
    const { dataSource, database, close } = await openDatabase(kind);
    const chance = new Chance(SEED);
    const job: ServingJob = {
      database: database.options,
      options: {
        ...testOptions(NO_WEIXIN),
        serviceKeys: {
          courses: SERVICE_KEY,
          reader: { keys: READER_KEY, scopes: ['broadcasts:read'] },
        },
      },
    };
    const calls: Call[] = [];
    let victim: LineProcess | undefined;
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const host = await LineProcess.spawn('serving-process.ts', job);
        victim = host;
        const url = await host.hear<string>();
        let left = 10 * OPERATORS + chance.below(5 * OPERATORS);
        const operators = Array.from(
          { length: OPERATORS },
          () => new Operator(url, () => void (--left === 0 && host.kill())),
        );
        await Promise.all(operators.map((operator) => operator.work()));
        calls.push(...operators.flatMap((operator) => operator.calls));
      }

      const entries: Entry[] = await dataSource.query(
        'SELECT request_id AS "requestId", action, status FROM weixin_audit',
      );
      const byRequest = new Map(entries.map(({ requestId, ...entry }) => [requestId, entry]));
      expect(entries).toHaveLength(byRequest.size);
      const answered = calls.filter(({ status }) => status !== undefined);
      const lost = answered.filter(({ requestId }) => !byRequest.has(requestId));
      expect(lost).toEqual([]);
      for (const { requestId, action, status } of answered)
        expect(byRequest.get(requestId)).toEqual({ action, status });
      expect(new Set(answered.map(({ action, status }) => `${action} ${status}`)).size).toBe(9);

      // Of the others none has an entry of what it has not done; done without an entry they may be.
      const isDone = await effects(dataSource);
      const cut = calls.filter(({ status }) => status === undefined);
      expect(cut.length).toBeGreaterThanOrEqual(KILLS);
      const untrue = cut.filter(
        (call) => Number(byRequest.get(call.requestId)?.status) < 300 && !isDone(call),
      );
      expect(untrue).toEqual([]);
    } finally {
      await victim?.kill();
      await close();
    }
  }, 120_000);
});
