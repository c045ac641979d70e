import { type FieldError, InvalidInputError } from '../common/errors.js';
import { DAY_MS } from '../common/platform-day.js';
import { contentOf } from '../delivery/dto/message-content.dto.js';
import type { Deferral, OutgoingMessage } from '../delivery/message.types.js';
import type { SendMessageDto } from './dto/send-message.dto.js';

const FURTHEST_MS = 365 * DAY_MS;

/** A checked input as the library works with it. Optional fields may be null as well as absent: from here on they are absent. */
export function outgoing(dto: SendMessageDto, requestedBy: string | undefined): OutgoingMessage {
  const { appId, openid, templateId, scene, idempotencyKey, channel } = dto;
  return {
    appId,
    openid,
    templateId,
    scene,
    channel: channel ?? 'one-time',
    content: contentOf(dto),
    idempotencyKey: idempotencyKey ?? undefined,
    requestedBy: requestedBy?.slice(0, 64),
  };
}

/**
 * When a message may go out that names a moment; `undefined`: it names none.
 * @throws {InvalidInputError}
 */
export function deferralOf({ notBefore, deadline }: SendMessageDto, now: number): Deferral | undefined {
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
