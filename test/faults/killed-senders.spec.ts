import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { OFFICIAL } from '../support/accounts.js';
import { Chance } from '../support/chance.js';
import { createTestApp, type TestApp, testOptions } from '../support/create-test-app.js';
import { confirmAll, crowd, everybodysScenes, type PersonAndScene } from '../support/crowd.js';
import { message } from '../support/flows.js';
import { countBy, countRows, grantStates } from '../support/ledger.js';
import { type SendEnd, Sender } from '../support/sender.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';

const SEND = '/cgi-bin/message/template/subscribe';
/** `LEDGER_KILLS=full` runs it at the size the promise was made for. */
const FULL = process.env.LEDGER_KILLS === 'full';
const { rounds, sends, mostVictims } = FULL
  ? { rounds: 30, sends: 2000, mostVictims: 3 }
  : { rounds: 2, sends: 200, mostVictims: 2 };
const PROCESSES = 3;
const PEOPLE = 50;
const AT_ONCE = 16;
/**
 * `LEDGER_SEED` repeats a run as far as processes can be repeated: the same plan of kills, other moments
 * inside them.
 */
const SEED = Number(process.env.LEDGER_SEED ?? new Chance().seed);
/** What such a send may be told; anything else was accepted and has an outcome. */
const NOT_ACCEPTED = ['WEIXIN_NO_GRANT'];

interface LedgerMessage {
  id: string;
  status: string;
  requestedBy: string;
  reason: string | null;
  key: string;
  grantStatus: string;
}

const keyOf = ({ openid, scene }: { openid: string; scene: number | null }) => `${openid} ${scene}`;
const minus = <T>(all: T[], without: T[]) => {
  const gone = new Set(without);
  return all.filter((each) => !gone.has(each));
};

/** Every message of the ledger, with what became of the grant that it holds or used. */
/** By two reads: no index knows who holds a grant, and a join would compare each message with each grant. */
async function readLedger(dataSource: DataSource): Promise<LedgerMessage[]> {
  const rows = await dataSource.query(
    'SELECT id, status, requested_by, reason, openid, scene FROM weixin_message',
  );
  const facts = await dataSource.query(`SELECT claimed_by, status FROM ${grantStates(dataSource)}`);
  const grants = new Map(facts.map((row: Record<string, string>) => [row.claimed_by, row.status]));
  return rows.map((row: Record<string, string>) => ({
    id: row.id,
    status: row.status,
    requestedBy: row.requested_by,
    reason: row.reason,
    key: keyOf({ openid: row.openid, scene: Number(row.scene) }),
    grantStatus: grants.get(row.id),
  }));
}

describeEachDatabase('senders that are killed -9', (kind) => {
  let host: TestApp;
  let database: TestDatabase;
  let openids: string[];
  let senders: { name: string; process: Sender }[] = [];
  let spawned = 0;
  const killed = new Set<string>();
  const ends: SendEnd[] = [];
  const keys: string[] = [];
  /** Messages that were in flight when recovery came. */
  const interrupted: string[] = [];

  beforeAll(async () => {
    database = await createDatabase(kind);
    host = await createTestApp({ shared: database });
    // The processes go by real time.
    host.clock.advance(Date.now() - host.clock.now());
    openids = crowd(host, PEOPLE);
    senders = await Promise.all(Array.from({ length: PROCESSES }, spawn));
  }, 120_000);
  afterAll(async () => {
    for (const { process } of senders) await process.kill();
    await host?.close();
    await database?.drop();
  });

  async function spawn() {
    const name = `sender-${spawned++}`;
    const options = testOptions(host.simulator.url);
    return { name, process: await Sender.spawn({ database: database.options, options, name }) };
  }

  /**
   * Gives a sender its share; where it is to die, it does after so many of its sends have ended and a moment
   * more. What it has not told of is given to another process then, as a queue would do it.
   */
  async function work(at: number, share: PersonAndScene[], dies: { after: number; ms: number } | undefined) {
    const { name, process } = senders[at];
    const told: SendEnd[] = [];
    let death: Promise<void> | undefined;
    const kill = async (ms: number) => {
      killed.add(name);
      await wait(ms);
      await process.kill();
    };
    const tell = (end: SendEnd) => {
      told.push(end);
      if (dies && told.length >= dies.after) death ??= kill(dies.ms);
    };
    const sending = process.send(
      share.map(({ openid, scene }) => message(openid, scene)),
      AT_ONCE,
      tell,
    );
    if (!dies) return void ends.push(...(await sending));
    const successor = spawn();
    await sending.catch(() => undefined);
    await death;
    ends.push(...told);
    senders[at] = await successor;
    const left = minus(share.map(keyOf), told.map(keyOf));
    await work(
      at,
      share.filter((pair) => left.includes(keyOf(pair))),
      undefined,
    );
  }

  async function round(number: number, chance: Chance): Promise<void> {
    const pairs = everybodysScenes(openids, sends, (number * sends) / PEOPLE);
    keys.push(...pairs.map(keyOf));
    await confirmAll(host, pairs);
    await host.tokens.refreshAhead(OFFICIAL.appId);
    host.simulator.clearFaults();
    const slowly = { kind: 'latency', path: SEND, times: 'forever' } as const;
    host.simulator.fault({ ...slowly, when: 'before', delayMs: chance.below(20) });
    host.simulator.fault({ ...slowly, when: 'after', delayMs: chance.below(20) });
    if (chance.below(2))
      host.simulator.fault({ kind: 'reset-after', path: SEND, times: 'forever', probability: 0.01 });

    const share = Math.ceil(sends / PROCESSES);
    const victims = 1 + chance.below(mostVictims);
    await Promise.all(
      senders.map((_, at) => {
        const mine = pairs.slice(at * share, (at + 1) * share);
        const dies = { after: 1 + chance.below(mine.length - 2 * AT_ONCE), ms: chance.below(15) };
        return work(at, mine, at < victims ? dies : undefined);
      }),
    );

    const before = (await readLedger(host.dataSource)).filter(({ status }) => status === 'sending');
    expect(before.filter(({ requestedBy }) => !killed.has(requestedBy))).toEqual([]);
    host.clock.advance(Date.now() + 61_000 - host.clock.now());
    await Promise.all([host.tasks.run('message-recovery'), host.tasks.run('message-recovery')]);
    interrupted.push(...before.map(({ id }) => id));
    // A queue that gives them out once more finds every endpoint closed.
    const again = new Set(before.map(({ key }) => key));
    for (const { openid, scene } of pairs.filter((pair) => again.has(keyOf(pair)))) {
      await expect(host.subscribe.send(message(openid, scene))).rejects.toMatchObject({
        code: 'WEIXIN_NO_GRANT',
      });
    }
    await account();
  }

  /** Everything so far, added up. */
  async function account(): Promise<void> {
    const recovered: string[] = [];
    const ledger = await readLedger(host.dataSource);
    const byStatus = (...statuses: string[]) => ledger.filter(({ status }) => statuses.includes(status));
    const received = host.simulator.inbox().map(keyOf);

    // No duplicate: not by WeChat's count, not by ours, and nobody even tried (WeChat would have refused).
    const { maxDeliveriesPerGrant, calls, errcodes } = host.simulator.counters();
    expect(maxDeliveriesPerGrant).toBe(1);
    expect(new Set(received).size).toBe(received.length);
    expect(Object.keys(errcodes[SEND]).filter((errcode) => !['0', 'lost'].includes(errcode))).toEqual([]);
    expect(calls[SEND]).toBe(received.length);

    // The sum is exact, and grants say the same as their messages.
    expect(byStatus('sending')).toEqual([]);
    expect(byStatus('sent', 'refused', 'failed', 'unknown')).toHaveLength(
      await countRows(host.dataSource, 'weixin_message'),
    );
    const pairs = new Set(ledger.map(({ status, grantStatus }) => `${status} ${grantStatus}`));
    expect(minus([...pairs], ['sent spent', 'unknown unknown'])).toEqual([]);
    expect((await countBy(host.dataSource, 'weixin_grant')).claimed).toBeUndefined();

    // Each order led to one message, and what WeChat got is sent or unknown.
    expect(ledger.map(({ key }) => key).sort()).toEqual([...keys].sort());
    const sent = byStatus('sent').map(({ key }) => key);
    const unknown = byStatus('unknown').map(({ key }) => key);
    expect(minus(sent, received)).toEqual([]);
    expect(minus(received, [...sent, ...unknown])).toEqual([]);

    // Whoever was told an outcome, was told what the ledger says.
    const statusOf = new Map(ledger.map(({ id, status }) => [id, status]));
    const wrong = ends.filter(
      ({ end, id }) => !NOT_ACCEPTED.includes(end) && statusOf.get(String(id)) !== end,
    );
    expect(wrong).toEqual([]);

    // Each unknown was in flight: its process was killed and recovery found it, or WeChat's answer was lost
    // and its caller was told so.
    const told = new Set(ends.filter(({ end }) => end === 'unknown').map(({ id }) => id));
    for (const { id, requestedBy, reason } of byStatus('unknown')) {
      if (!reason?.includes('interrupted')) expect(reason).toContain('no usable response');
      else {
        expect(killed).toContain(requestedBy);
        expect(told).not.toContain(id);
        recovered.push(id);
      }
    }
    expect(recovered.sort()).toEqual([...interrupted].sort());
    expect(byStatus('unknown').length - recovered.length).toBeLessThanOrEqual(errcodes[SEND].lost ?? 0);
  }
  async function report(): Promise<void> {
    const messages = await countBy(host.dataSource, 'weixin_message');
    const { lost } = host.simulator.counters().errcodes[SEND];
    const figures = { ...messages, killed: killed.size, interrupted: interrupted.length, answersLost: lost };
    process.stdout.write(`${kind}, seed ${SEED}: ${JSON.stringify(figures)}\n`);
  }

  it(
    `in ${rounds} rounds of ${sends} sends, seed ${SEED}: no duplicate, nothing lost, unknown only what was in flight`,
    async () => {
      const chance = new Chance(SEED);
      for (let number = 0; number < rounds; number++) {
        try {
          await round(number, chance);
        } catch (error) {
          (error as Error).message = `round ${number} of seed ${SEED}: ${(error as Error).message}`;
          throw error;
        }
      }
      expect(killed.size).toBeGreaterThanOrEqual(rounds);
      // The kills did hit something.
      expect(interrupted.length).toBeGreaterThan(0);
      if (FULL) await report();
    },
    FULL ? 3_600_000 : 120_000,
  );
});
