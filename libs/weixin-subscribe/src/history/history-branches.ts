import type { EventSelect } from './history.sql.js';
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
  { step: 0, of: 'intents', moment: 'created_at', toEvent: askedEvent },
  {
    step: 1,
    of: 'intents',
    moment: 'COALESCE(answered_at, expires_at)',
    having: "status <> 'pending'",
    toEvent: answeredEvent,
  },
  { step: 2, of: 'grants', moment: 'granted_at', toEvent: grantedEvent },
  { step: 3, of: 'messages', moment: 'accepted_at', toEvent: acceptedEvent },
  {
    step: 4,
    of: 'messages',
    moment: 'settled_at',
    having: 'settled_at IS NOT NULL',
    toEvent: settledEvent,
  },
  {
    step: 5,
    of: 'grants',
    moment: 'closed_at',
    having: "status IN ('renewed', 'void', 'expired')",
    toEvent: closedEvent,
  },
];
