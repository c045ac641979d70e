import fc from 'fast-check';
import { DataSource } from 'typeorm';
import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { MINI_PROGRAM } from '../support/accounts.js';
import { claim, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  type DatabaseKind,
  describeEachDatabase,
  openDatabase,
  withLibrary,
} from '../support/test-databases.js';

const KEY = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0] };
const MINUTE_MS = 60_000;
const RUNS: Record<DatabaseKind, number> = { sqlite: 300, postgres: 60, mysql: 60 };

/** What a person did, and how often each side was told of it: 0 is a loss, 2 a repetition. */
interface Accept {
  /** Seconds after the first of its burst. */
  after: number;
  reports: number;
  pushes: number;
}
/** One report, to one process. */
interface Delivery {
  accept: number;
  side: 'report' | 'push';
  process: number;
}

const accept: fc.Arbitrary<Accept> = fc.record({
  after: fc.integer({ min: 0, max: 60 }),
  reports: fc.integer({ min: 0, max: 2 }),
  pushes: fc.integer({ min: 0, max: 2 }),
});
/**
 * Accepts of one person within a minute, told in any order, some at the same moment; a message may be sent at
 * any time.
 */
const burst = fc.array(accept, { minLength: 1, maxLength: 4 }).chain((accepts) => {
  const deliveries = accepts.flatMap((each, index) => [
    ...Array.from({ length: each.reports }, () => ({ accept: index, side: 'report' as const })),
    ...Array.from({ length: each.pushes }, () => ({ accept: index, side: 'push' as const })),
  ]);
  return fc.record({
    accepts: fc.constant(accepts),
    deliveries: fc
      .tuple(
        fc.shuffledSubarray(deliveries, { minLength: deliveries.length }),
        fc.array(fc.integer({ min: 0, max: 1 }), {
          minLength: deliveries.length,
          maxLength: deliveries.length,
        }),
      )
      .map(([order, processes]) => order.map((each, n): Delivery => ({ ...each, process: processes[n] }))),
    atOnce: fc.integer({ min: 1, max: 4 }),
    sendsAfter: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
    /** How far the clock of WeChat is ahead of ours, in seconds. */
    skew: fc.integer({ min: -60, max: 60 }),
  });
});
const trial = fc.record({ bursts: fc.array(burst, { minLength: 1, maxLength: 2 }) });
type Burst = typeof burst extends fc.Arbitrary<infer T> ? T : never;

/**
 * The model: each accept that was told of is one; of one that the other side may mean as well, nobody can
 * tell.
 */
function expected({ accepts }: Burst): { total: number; pairs: number } {
  const [reported, pushed] = (['reports', 'pushes'] as const).map(
    (side) => accepts.filter((each) => each[side] > 0).length,
  );
  return { total: Math.max(reported, pushed), pairs: Math.min(reported, pushed) };
}

describeEachDatabase('promise 1: an accept counts once, and is never lost,', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let second: DataSource;
  const clock = new ManualClock();
  /** Two processes, as far as the database can tell. */
  let processes: LibraryParts[];
  let people = 0;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    second = await new DataSource(withLibrary(opened.database.options)).initialize();
    processes = [opened.dataSource, second].map((dataSource) => libraryParts(dataSource, { clock }));
  });
  afterAll(async () => {
    await second?.destroy();
    await opened?.close();
  });

  class Person {
    readonly openid = `oPaired-${++people}`;
    private readonly intents: Intent[] = [];
    spent = 0;

    async asked(): Promise<Intent> {
      const [{ random, intents }] = processes;
      const now = clock.now();
      const id = random.id(now);
      const intent: Intent = {
        ...{ id, ...KEY, scene: 0, flow: 'report', bindingDigest: '', status: 'pending' },
        expectedOpenid: this.openid,
        ...{ createdAt: new Date(now), expiresAt: new Date(now + 10 * MINUTE_MS) },
      };
      await intents.create(intent, digest(id));
      this.intents.push(intent);
      return intent;
    }

    async play({ accepts, deliveries, atOnce, sendsAfter, skew }: Burst, name: string): Promise<void> {
      const start = clock.now();
      const intents: Intent[] = [];
      for (const _ of accepts) intents.push(await this.asked());
      const tell = ({ accept: index, side, process }: Delivery) => {
        const { grants, intents: repository } = processes[process];
        if (side === 'report') return repository.confirm(intents[index], this.openid);
        // To the second, as WeChat gives it.
        const seconds = Math.floor(start / 1000) + accepts[index].after + skew;
        const source = `push:${this.openid}-${name}-${index}:0`;
        return grants.record({ ...KEY, openid: this.openid, source, grantedAt: new Date(1000 * seconds) });
      };
      for (let at = 0; at < deliveries.length; at += atOnce) {
        if (sendsAfter.includes(at)) await this.send();
        await Promise.all(deliveries.slice(at, at + atOnce).map(tell));
        clock.advance(5000);
      }
    }

    private async send(): Promise<void> {
      const key = { ...KEY, openid: this.openid };
      if (await claim(processes[0], key, processes[0].random.id(clock.now()))) this.spent++;
    }

    async counted() {
      const [{ grants }] = processes;
      const all = await grants.list({ ...KEY, openid: this.openid }, 1000);
      const sources = all.flatMap(({ source, pairedSource }) => [source, pairedSource ?? []].flat());
      expect(new Set(sources).size).toBe(sources.length);
      return {
        total: all.length,
        pairs: all.filter(({ pairedSource }) => pairedSource !== undefined).length,
        claimed: all.filter(({ status }) => status === 'claimed').length,
      };
    }
  }

  it('whatever is lost, repeated, late or told at the same moment to two processes', async () => {
    await fc.assert(
      fc.asyncProperty(trial, async ({ bursts }) => {
        const person = new Person();
        let [total, pairs] = [0, 0];
        for (const [index, each] of bursts.entries()) {
          await person.play(each, String(index));
          clock.advance(60 * MINUTE_MS);
          const more = expected(each);
          [total, pairs] = [total + more.total, pairs + more.pairs];
          expect(await person.counted()).toEqual({ total, pairs, claimed: person.spent });
        }
      }),
      { numRuns: RUNS[kind] },
    );
  }, 120_000);

  it('when both sides tell of many accepts of one person at the same moment', async () => {
    const person = new Person();
    const accepts = Array.from({ length: 12 }, (_, after) => ({ after, reports: 2, pushes: 2 }));
    const deliveries = accepts.flatMap((_, index) =>
      [0, 1].flatMap((process) => [
        { accept: index, side: 'report' as const, process },
        { accept: index, side: 'push' as const, process },
      ]),
    );
    await person.play({ accepts, deliveries, atOnce: deliveries.length, sendsAfter: [], skew: 0 }, 'all');
    expect(await person.counted()).toEqual({ total: 12, pairs: 12, claimed: 0 });
  });
});
