import { type FieldError, InvalidInputError } from '../../kernel/errors.js';
import { DAY_MS } from '../../kernel/platform-day.js';
import { recordable } from '../../kernel/text.js';
import type { Channel } from '../channels/channel.js';
import type { MessageRequest } from '../channels/dto/message-request.dto.js';
import type { Deferral, OutgoingMessage } from '../ledger/message.types.js';

const FURTHEST_MS = 365 * DAY_MS;

/** A checked input of a channel as the library works with it. */
export function outgoing(
  channel: Channel,
  input: MessageRequest & { scene?: number },
  requestedBy: string | undefined,
): OutgoingMessage {
  const { appId, openid, templateId, scene, idempotencyKey } = input;
  return {
    appId,
    openid,
    templateId,
    scene: scene ?? 0,
    channel: input.channel ?? channel.name,
    content: channel.contentOf(input),
    idempotencyKey: idempotencyKey ?? undefined,
    requestedBy: requestedBy && recordable(requestedBy, 64),
  };
}

/**
 * When a message may go out that names a moment; `undefined`: it names none.
 * @throws {InvalidInputError}
 */
export function deferralOf({ notBefore, deadline }: MessageRequest, now: number): Deferral | undefined {
  const from = asDate(notBefore);
  const until = asDate(deadline);
  if (!from && !until) return undefined;
  const errors: FieldError[] = [];
  if (from && from.getTime() - now >= FURTHEST_MS)
    errors.push({
      field: 'notBefore',
      message: `notBefore must be less than a year ahead, got ${from.toISOString()}`,
    });
  const earliest = new Date(Math.max(now, from?.getTime() ?? now));
  if (until && until <= earliest)
    errors.push({
      field: 'deadline',
      message: `deadline must be after ${from && earliest.getTime() === from.getTime() ? 'notBefore' : 'now'} (${earliest.toISOString()}), got ${until.toISOString()}`,
    });
  if (errors.length > 0) throw new InvalidInputError(errors);
  return { notBefore: from ?? new Date(now), deadline: until };
}

/** The DTO's own check has made a `Date` of either. */
function asDate(moment: Date | string | null | undefined): Date | undefined {
  return moment === undefined || moment === null ? undefined : new Date(moment);
}
