import { EVENTS, type EventId, type LedgerEvent } from '../../docs/ledger-events.js';
import { GRANT_STATES, type GrantState, MESSAGE_STATES } from '../../docs/states.js';
import {
  MESSAGE_STATUSES,
  type MessageStatus,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import { GRANT_STATUSES, type GrantStatus } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { allMessages, grantStates } from '../support/ledger.js';
import { type LibraryParts, libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { prepareSubjects, SITUATIONS } from '../support/states/subjects.js';
import { type Way, waysOf } from '../support/states/ways.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const TABLES = ['weixin_grant', 'weixin_live_grant', 'weixin_message', 'weixin_message_batch'];
const events: readonly LedgerEvent[] = EVENTS;

interface MessageRow {
  id: string;
  status: MessageStatus;
}
interface GrantRow {
  id: string;
  status: GrantStatus;
  expires_at: string | number | null;
}

describe('the tables of states', () => {
  it('name every state there is, and no other', () => {
    expect(GRANT_STATES.map(({ id }) => id).toSorted()).toEqual([...GRANT_STATUSES, 'overdue'].toSorted());
    expect(MESSAGE_STATES.map(({ id }) => id).toSorted()).toEqual(MESSAGE_STATUSES.toSorted());
    const situations = Object.values(SITUATIONS);
    expect(new Set(situations.map(({ grant }) => grant))).toEqual(new Set([...GRANT_STATUSES, 'overdue']));
    expect(new Set(situations.map(({ message }) => message))).toEqual(new Set(MESSAGE_STATUSES));
  });

  it('lead nowhere from what has ended, but where WeChat withdraws its word', () => {
    for (const { id, grant, message } of events) {
      for (const ended of ['spent', 'void', 'renewed', 'expired'] as const)
        expect([undefined, 'deleted']).toContain(grant[ended]);
      if (id === 'receipt-failed') continue;
      for (const ended of ['sent', 'refused', 'failed'] as const)
        expect([undefined, 'deleted']).toContain(message[ended]);
    }
  });
});

describeEachDatabase('the states of grants and messages', (kind) => {
  const clock = new ManualClock();
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let subjects: Awaited<ReturnType<typeof prepareSubjects>>;
  let ways: ReturnType<typeof waysOf>;
  let start: number;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    const under = (grantRule: 'set' | 'count'): LibraryParts =>
      libraryParts(opened.dataSource, { clock, grantRule, unknown: 'resend-if-not-renewed' });
    const [bySet, byCount] = [under('set'), under('count')];
    subjects = await prepareSubjects(opened.dataSource, bySet, byCount);
    ways = waysOf(bySet, byCount);
    start = clock.now();
    for (const table of TABLES)
      await opened.dataSource.query(`CREATE TABLE ${table}_as_prepared AS SELECT * FROM ${table}`);
  });
  afterAll(() => opened?.close());

  /** Where every grant and every message stands, by id. */
  async function ledger() {
    const grants: GrantRow[] = await opened.dataSource.query(
      `SELECT id, status, expires_at FROM ${grantStates(opened.dataSource)}`,
    );
    const messages: MessageRow[] = await opened.dataSource.query(
      `SELECT id, status FROM ${allMessages(opened.dataSource, 'id, status')}`,
    );
    return { grants: byId(grants), messages: byId(messages) };
  }
  const stateOf = ({ status, expires_at: at }: GrantRow): GrantState =>
    status === 'available' && at !== null && Number(at) <= clock.now() ? 'overdue' : status;

  it('are as prepared', async () => {
    const { grants, messages } = await ledger();
    for (const { name, grantId, message } of [...subjects.set, ...subjects.count]) {
      const grant = stateOf(grants.get(grantId) as GrantRow);
      expect({ name, grant, message: messages.get(message.id)?.status }).toEqual({
        ...{ name, grant: SITUATIONS[name].grant, message: SITUATIONS[name].message },
      });
    }
  });

  async function restore() {
    clock.advance(start - clock.now());
    for (const table of TABLES) {
      await opened.dataSource.query(`DELETE FROM ${table}`);
      await opened.dataSource.query(`INSERT INTO ${table} SELECT * FROM ${table}_as_prepared`);
    }
  }

  /**
   * Lets an event meet every subject, and compares what is in the tables afterwards with what the event says.
   */
  async function happens(event: LedgerEvent, { rule, given, each, once }: Way) {
    await restore();
    const of = subjects[rule];
    const others = await Promise.all(of.map((subject) => given?.(subject)));
    const before = await ledger();
    await Promise.all(of.map((subject, index) => each?.(subject, others[index])));
    await once?.(of);
    const after = await ledger();

    const found = of.map(({ name, grantId, message: { id } }) => {
      const grant = after.grants.get(grantId)?.status ?? 'deleted';
      const message = after.messages.get(id)?.status ?? 'deleted';
      return { name, grant, message };
    });
    const told = of.map(({ name, grantId, message: { id } }) => {
      const grant = before.grants.get(grantId) as GrantRow;
      const { status } = before.messages.get(id) as MessageRow;
      return {
        name,
        grant: event.grant[stateOf(grant)] ?? grant.status,
        message: event.message[status] ?? status,
      };
    });
    expect(found).toEqual(told);
    expect(newcomers(before.grants, after.grants)).toEqual(only(event.adds?.grant));
    expect(newcomers(before.messages, after.messages)).toEqual(only(event.adds?.message));
    expect(await contradictions()).toEqual([]);
  }

  /**
   * Grants and messages that do not tell the same, grants of the rule `set` that the unique index does not
   * see, and keys of it that have two live grants.
   */
  const contradictions = (): Promise<unknown[]> => {
    const rows = grantStates(opened.dataSource).replace(/ AS facts$/, '');
    const messages = allMessages(opened.dataSource, 'id, openid, status', 'm');
    return opened.dataSource.query(`
      SELECT g.id, g.openid, g.status, m.status AS message FROM ${rows} g LEFT JOIN ${messages} ON m.id = g.claimed_by JOIN weixin_grant log ON log.id = g.id
        WHERE (g.status = 'claimed' AND COALESCE(m.status, '') <> 'sending')
          OR (g.status = 'unknown' AND COALESCE(m.status, '') <> 'unknown')
          OR (g.openid LIKE 'set-%' AND (g.status IN ('available', 'claimed', 'unknown') AND log.ended_as IS NULL) AND log.live_key IS NULL)
      UNION ALL
      SELECT NULL AS id, openid, 'available' AS status, 'two live' AS message FROM weixin_live_grant WHERE openid LIKE 'set-%'
        GROUP BY app_id, openid, template_id, scene, channel HAVING COUNT(*) > 1
      UNION ALL
      SELECT m.id, m.openid, g.status, m.status AS message FROM ${messages} LEFT JOIN ${rows} g ON g.claimed_by = m.id
        WHERE m.status = 'sending' AND COALESCE(g.status, '') <> 'claimed'`);
  };

  it.each(events)('$id', async (event) => {
    for (const way of ways[event.id as EventId]) {
      try {
        await happens(event, way);
      } catch (error) {
        (error as Error).message = `rule ${way.rule}, ${way.how || 'as always'}: ${(error as Error).message}`;
        throw error;
      }
    }
  });
});

function byId<Row extends { id: string }>(rows: Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function newcomers(
  before: Map<string, unknown>,
  after: Map<string, { id: string; status: string }>,
): Set<string> {
  return new Set([...after.values()].filter(({ id }) => !before.has(id)).map(({ status }) => status));
}

function only(status: string | undefined): Set<string> {
  return new Set(status ? [status] : []);
}
