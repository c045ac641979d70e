import type { LibraryLogger } from '../../kernel/library-logger.js';
import { redact } from '../../kernel/redact.js';
import { aboutMessage, type MessageRecord } from './message.types.js';
import type { Settlement } from './settlement.js';

/** One line for each message that has ended, so that a log tells its story by its id. */
export function logOutcome(logger: LibraryLogger, record: MessageRecord, settlement: Settlement): void {
  const { outcome, errcode } = settlement;
  const reason = because(settlement);
  const line = `message ${record.id}: ${outcome}${reason === undefined ? '' : `, ${reason}`}`;
  const fields = { ...aboutMessage(record), outcome, errcode, reason };
  if (outcome === 'sent') logger.debug(line, fields);
  else logger.warn(line, fields);
}

/** What a settlement says of its cause; nothing of a success. */
export const because = ({ reason, errcode, errmsg }: Settlement): string | undefined =>
  reason ?? (errcode ? `errcode ${errcode} ${redact(errmsg ?? '')}`.trimEnd() : undefined);
