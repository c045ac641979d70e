import { type GrantUse, grantFacts as grantFactsBy } from '../../grant/grant.fragments.js';
import type { Dialect } from '../../sql/dialect.js';
import { stillAmong } from '../../sql/still-in.js';
import { grantsInFlight, messagesInFlight } from '../batches/message-batch.fragments.js';
import { MESSAGE, type MessageRow } from './message.sql.js';
import type { MessageStatus } from './message.types.js';

// Pieces of SQL about messages that other rooms put into statements of their own.

/** A message without its text. */
export type MessageFactRow = Pick<MessageRow, (typeof FACTS)[number]> & { with_miniprogram: number | string };

const FACTS = [
  ...[
    'id',
    'app_id',
    'openid',
    'template_id',
    'scene',
    'channel',
    'status',
    'idempotency_key',
    'requested_by',
  ],
  ...['grant_id', 'errcode', 'errmsg', 'rid', 'reason', 'accepted_at', 'settled_at'],
] as const satisfies readonly (keyof MessageRow)[];

/** What MessageFactRow has, of {@link messageRows}. */
export const MESSAGE_FACTS =
  // The block is a member of the text's JSON; inside a string its quotes would be escaped.
  `id, app_id, openid, template_id, scene, channel, status, idempotency_key, requested_by, grant_id, errcode, errmsg, rid, reason,
  accepted_at, settled_at, CASE WHEN content LIKE '%"miniprogram":{%' THEN 1 ELSE 0 END AS with_miniprogram`;

/** The messages that have a row: all but those that a batch has in flight. */
export const MESSAGES = MESSAGE.name;

/**
 * Messages, also those that a batch has in flight: one statement, so that none of them is missed or told
 * twice while it ends.
 * @param select a whole SELECT of what it is given to read from; its parameters come twice
 */
export function messageRows(dialect: Dialect, select: (from: string) => string): string {
  return [MESSAGES, `${messagesInFlight(dialect)} AS in_flight`]
    .map((from, index) => `SELECT * FROM (${select(from)}) AS part${index}`)
    .join(' UNION ALL ');
}

/**
 * What messages make of grants. One that failed has given its grant back, or ended it at the same moment;
 * what waits has none. What a batch has in flight has no message yet.
 */
export function messagesUse(dialect: Dialect): GrantUse {
  const inBatch = (grant: string) =>
    `${grant} IN (SELECT in_batch.grant_id FROM (${grantsInFlight(dialect)}) AS in_batch)`;
  // A scalar subquery: one look by the index for each grant. For EXISTS a planner may read all messages into
  // a hash, whatever the statistics say.
  const messageIn = (grant: string, states: MessageStatus[]) =>
    `COALESCE((SELECT 1 FROM ${MESSAGES} m WHERE m.grant_id = ${grant} AND ${stillAmong(states, 'm.status')} LIMIT 1), 0) = 1`;
  return {
    held: (grant) =>
      `LEFT JOIN ${MESSAGES} m ON m.grant_id = ${grant}.id AND (m.status IN ('sending', 'sent', 'refused', 'unknown')
        OR (m.status = 'failed' AND m.settled_at = ${grant}.ended_at AND ${grant}.ended_as IN ('spent', 'void')))
      LEFT JOIN ${dialect.madeOnce(grantsInFlight(dialect))} AS in_batch ON in_batch.grant_id = ${grant}.id`,
    status: `CASE WHEN in_batch.id IS NOT NULL OR m.status = 'sending' THEN 'claimed' WHEN m.status = 'sent' THEN 'spent'
      WHEN m.status = 'refused' THEN 'void' WHEN m.status = 'unknown' THEN 'unknown' END`,
    claimedBy: 'COALESCE(in_batch.id, m.id)',
    closedAt: 'm.settled_at',
    proof: 'COALESCE(in_batch.proof, m.proof)',
    inFlight: (grant) => `(${messageIn(grant, ['sending'])} OR ${inBatch(grant)})`,
    open: (grant) => `(${messageIn(grant, ['sending', 'unknown'])} OR ${inBatch(grant)})`,
  };
}

/** The rows of GrantRow, to read from. */
export const grantFacts = (dialect: Dialect) => grantFactsBy(messagesUse(dialect));

/**
 * Looks for a message under a scene that is being sent, or may have been sent; each at one row of an index,
 * or among the few that batches have in flight. SQLite finds a partial index only by its predicate, word for
 * word; MariaDB needs one status in each.
 * @param here `app_id = ? AND template_id = ? AND scene = …`
 */
export function messagesUnderScene(dialect: Dialect, here: string): string[] {
  const held = "grant_id IS NOT NULL AND status IN ('sending', 'unknown')";
  return [
    ...['sending', 'unknown'].map(
      (status) => `SELECT 1 FROM ${MESSAGES} WHERE ${here} AND ${held} AND status = '${status}'`,
    ),
    `SELECT 1 FROM ${messagesInFlight(dialect)} AS in_flight WHERE ${here}`,
  ];
}
