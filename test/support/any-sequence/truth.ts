import { atMost, same, sameList } from './check.js';
import type { GrantRow, LedgerRows, MessageRow } from './ledger-rows.js';
import { KEYS, sceneOf } from './steps.js';
import type { World } from './world.js';

/** Numbers of messages that a person resolved, and was wrong: what comes of that is the person's doing. */
export interface Mistakes {
  /** "not-sent", and it had arrived. */
  readonly notSent: Set<number>;
  /** "sent", and it had not. */
  readonly sent: Set<number>;
}

/** What must be true of ledger and platform after every step, whatever the model says. */
export function checkTruth(world: World, { grants, messages }: LedgerRows, mistakes: Mistakes): void {
  const arrived = world.platform.control.inbox().map(({ content }) => Number(content.value));
  checkDeliveries(grants, messages, new Set(arrived), mistakes);
  same('messages that arrived twice', arrived.length, new Set(arrived).size);
  atMost('messages per permission of WeChat', world.platform.control.counters().maxDeliveriesPerGrant, 1);
  checkHolding(grants, messages);
  for (const key of KEYS) {
    const live = grants.filter(
      ({ status, openid, scene }) =>
        status === 'available' && openid === world.openid(key) && scene === sceneOf(key),
    );
    atMost(`live grants of key ${key}`, live.length, 1);
  }
}

/** One grant, at most one message; and an outcome is true. */
function checkDeliveries(
  grants: GrantRow[],
  messages: MessageRow[],
  arrived: ReadonlySet<number>,
  mistakes: Mistakes,
): void {
  for (const { id, source } of grants) {
    const led = messages.filter(({ grantId, number }) => grantId === id && arrived.has(number));
    const unmistaken = led.filter(({ number }) => !mistakes.notSent.has(number));
    atMost(`messages that grant ${source} led to`, unmistaken.length, 1);
  }
  for (const { number, status } of messages) {
    const there = arrived.has(number);
    if (status === 'sent' && !mistakes.sent.has(number))
      same(`message ${number} "sent" arrived`, there, true);
    if (status === 'refused') same(`message ${number} "refused" arrived`, there, false);
    if (status === 'failed' && !mistakes.notSent.has(number))
      same(`message ${number} "failed" arrived`, there, false);
  }
}

/**
 * Nothing is claimed without a message in flight, nothing unknown without one that is; and the columns of a
 * grant say the same as its status.
 */
function checkHolding(grants: GrantRow[], messages: MessageRow[]): void {
  for (const [ofGrant, ofMessage] of [
    ['claimed', 'sending'],
    ['unknown', 'unknown'],
  ]) {
    sameList(
      `grants "${ofGrant}" and messages "${ofMessage}"`,
      grants.filter(({ status }) => status === ofGrant).map(({ claimedBy }) => claimedBy),
      messages.filter(({ status }) => status === ofMessage).map(({ id }) => id),
    );
  }
  for (const { source, status, liveKey, renewedAt, claimedBy, closedAt } of grants) {
    const what = `of grant ${source}, ${status},`;
    const free = status === 'available';
    const isOpen = free || status === 'claimed' || status === 'unknown';
    // One that its message has used keeps it until the next confirm.
    if (isOpen || renewedAt !== null)
      same(`the live key ${what} is there`, liveKey !== null, isOpen && renewedAt === null);
    if (free) same(`the renewal ${what}`, renewedAt, null);
    if (status === 'renewed') same(`the renewal ${what} is there`, renewedAt !== null, true);
    same(`the end ${what} is there`, closedAt !== null, !free && status !== 'claimed');
    if (free || status === 'expired') same(`the message ${what}`, claimedBy, null);
    if (['claimed', 'spent', 'unknown'].includes(status))
      same(`the message ${what} is there`, claimedBy !== null, true);
  }
}
