import type { EventSelect } from './history.sql.js';
import type { HistoryEvent } from './history.types.js';
import {
  cardActivatedEvent,
  cardEndedEvent,
  notNotifiedEvent,
  updateAcceptedEvent,
  updateSettledEvent,
} from './history-card-events.js';
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
  { step: 10, of: 'cardUpdates', moment: 'accepted_at', toEvent: updateAcceptedEvent },
  {
    // Of one that WeChat is still asked about no moment is known but that of its beginning.
    ...{ step: 11, of: 'cardUpdates', moment: 'COALESCE(settled_at, accepted_at)' },
    having: "status NOT IN ('sending', 'waiting')",
    toEvent: updateSettledEvent,
  },
  {
    ...{ step: 12, of: 'cards', moment: 'activated_at', having: 'activated_at IS NOT NULL' },
    toEvent: cardActivatedEvent,
  },
  {
    ...{ step: 13, of: 'cardUpdates', moment: 'failed_at', having: 'failed_at IS NOT NULL' },
    toEvent: notNotifiedEvent,
  },
  {
    ...{ step: 14, of: 'cards', moment: 'ended_at', having: 'ended_at IS NOT NULL' },
    toEvent: cardEndedEvent,
  },
];
