import { type EventSelect, GRANT_COLUMNS, INTENT_COLUMNS, MESSAGE_COLUMNS } from './history.sql.js';
import type { HistoryEvent } from './history.types.js';
import {
  acceptedEvent,
  answeredEvent,
  askedEvent,
  closedEvent,
  grantedEvent,
  settledEvent,
} from './history-events.js';

/** A kind of event, how it is read, and what is made of its rows. */
export interface HistoryBranch extends EventSelect {
  /** Its place among events of the same moment: what has to come first is lower. */
  step: number;
  toEvent(row: never): HistoryEvent;
}

export const HISTORY_BRANCHES: readonly HistoryBranch[] = [
  { step: 0, table: 'intents', columns: INTENT_COLUMNS, moment: 'created_at', toEvent: askedEvent },
  {
    step: 1,
    table: 'intents',
    columns: INTENT_COLUMNS,
    moment: 'COALESCE(answered_at, expires_at)',
    having: "status <> 'pending'",
    toEvent: answeredEvent,
  },
  { step: 2, table: 'grants', columns: GRANT_COLUMNS, moment: 'granted_at', toEvent: grantedEvent },
  { step: 3, table: 'messages', columns: MESSAGE_COLUMNS, moment: 'accepted_at', toEvent: acceptedEvent },
  {
    step: 4,
    table: 'messages',
    columns: MESSAGE_COLUMNS,
    moment: 'settled_at',
    having: 'settled_at IS NOT NULL',
    toEvent: settledEvent,
  },
  {
    step: 5,
    table: 'grants',
    columns: GRANT_COLUMNS,
    moment: 'closed_at',
    having: "status IN ('renewed', 'void', 'expired')",
    toEvent: closedEvent,
  },
];
