import type { GrantRule } from 'nestjs-weixin-subscribe';
import type { DataSource } from 'typeorm';
import type { GrantState } from '../../../docs/states.js';
import type {
  MessageRecord,
  MessageStatus,
  OutgoingMessage,
} from '../../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import type { Settlement } from '../../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type { GrantKey } from '../../../libs/weixin-subscribe/src/grant/grant.types.js';
import { OFFICIAL } from '../accounts.js';
import type { LibraryParts } from '../library-parts.js';

export const TEMPLATE = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1000 };
export const CONTENT = { title: '上课提醒', content: { value: '高等数学 8:50' } };

/** Long enough for every event but the sweep, which comes after it. */
export const LASTS_MS = 3_600_000;

const FAILED: Settlement = { outcome: 'failed', grant: 'available', reason: 'not sent' };
const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0, msgid: '3395159288267931652' };
const REFUSED: Settlement = { outcome: 'refused', grant: 'void', errcode: 43101 };
const UNKNOWN: Settlement = { outcome: 'unknown', grant: 'unknown', reason: 'no answer' };

interface Situation {
  grant: GrantState;
  message: MessageStatus;
  /** How the message ended, where it did. */
  settled?: Settlement;
  /** How long the grant lasts, where not for ever. */
  lastsMs?: number;
}

/** Every state of a grant and every state of a message, in pairs that occur. */
export const SITUATIONS = {
  waiting: { grant: 'available', message: 'waiting' },
  available: { grant: 'available', message: 'failed', settled: FAILED },
  overdue: { grant: 'overdue', message: 'failed', settled: FAILED, lastsMs: 2000 },
  expired: { grant: 'expired', message: 'failed', settled: FAILED, lastsMs: 1000 },
  renewed: { grant: 'renewed', message: 'failed', settled: FAILED, lastsMs: LASTS_MS },
  claimed: { grant: 'claimed', message: 'sending', lastsMs: LASTS_MS },
  spent: { grant: 'spent', message: 'sent', settled: SENT, lastsMs: LASTS_MS },
  void: { grant: 'void', message: 'refused', settled: REFUSED, lastsMs: LASTS_MS },
  unknown: { grant: 'unknown', message: 'unknown', settled: UNKNOWN, lastsMs: LASTS_MS },
} satisfies Record<string, Situation>;
export type SituationName = keyof typeof SITUATIONS;

/** A person of whom the ledger holds a grant and a message. */
export interface Subject {
  name: SituationName;
  key: GrantKey;
  /** The event that gave the grant. */
  source: string;
  grantId: string;
  /** As its sender knows it, whatever became of it since. */
  message: MessageRecord;
}

export function outgoing(key: GrantKey): OutgoingMessage {
  return { scene: 0, ...key, channel: 'one-time', content: CONTENT };
}

/** One subject in each situation, brought there by the library itself. The clock moves by two seconds. */
export async function prepareSubjects(
  dataSource: DataSource,
  bySet: LibraryParts,
  byCount: LibraryParts,
): Promise<Record<GrantRule, Subject[]>> {
  const names = Object.keys(SITUATIONS) as SituationName[];
  const under = (rule: GrantRule) =>
    // Only the rule `set` renews.
    Promise.all(
      names.map((name) =>
        prepare(dataSource, rule === 'set' || name === 'renewed' ? bySet : byCount, name, rule),
      ),
    );
  const subjects = { set: await under('set'), count: await under('count') };
  bySet.clock.advance(1000);
  await bySet.grants.expire();
  bySet.clock.advance(1000);
  return subjects;
}

async function prepare(
  dataSource: DataSource,
  parts: LibraryParts,
  name: SituationName,
  rule: GrantRule,
): Promise<Subject> {
  const now = parts.clock.now();
  const key = { ...TEMPLATE, openid: `${rule}-${name}` };
  const source = `first:${key.openid}`;
  const { settled, lastsMs }: Situation = SITUATIONS[name];
  const expiresAt = lastsMs === undefined ? undefined : new Date(now + lastsMs);
  await parts.grants.record({ ...key, source, expiresAt });
  const message =
    name === 'waiting'
      ? await parts.waiting.accept(outgoing(key), { notBefore: new Date(now) })
      : await parts.messages.accept(outgoing(key));
  if (typeof message === 'string') throw new Error(`${key.openid}: ${message}`);
  if (name === 'renewed') await parts.grants.record({ ...key, source: `second:${key.openid}` });
  if (settled) await parts.messages.settle(message, settled);
  const [{ id }] = await dataSource.query(`SELECT id FROM weixin_grant WHERE source = '${source}'`);
  return { name, key, source, grantId: id, message };
}
