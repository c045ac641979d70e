import type { OneTimeContent } from '../delivery/ledger/message.types.js';
import { type FieldError, InvalidInputError } from '../kernel/errors.js';
import { DAY_MS } from '../kernel/platform-day.js';
import { digest } from '../kernel/secret.js';
import { recordable } from '../kernel/text.js';
import type { Broadcast, BroadcastAudience, BroadcastRecord } from './broadcast.types.js';
import { checkedContent } from './content-check.js';
import type { BroadcastDto } from './dto/broadcast.dto.js';
import { placeholdersOf } from './placeholders.js';

const FURTHEST_MS = 365 * DAY_MS;

/**
 * A checked input as a draft.
 * @param scene that of its purpose, where it names one
 * @throws {InvalidInputError}
 */
export function draftOf(
  dto: BroadcastDto,
  audience: BroadcastAudience,
  { id, now, scene, requestedBy }: { id: string; now: number; scene?: number; requestedBy?: string },
): BroadcastRecord {
  if (audience === 'scene' && scene === undefined)
    refuse('scene', 'scene or purpose is required, unless there are recipients: whom is it for?');
  const notBefore = asDate(dto.notBefore);
  const deadline = asDate(dto.deadline);
  checkTimes(notBefore, deadline, now);
  const broadcast = {
    id,
    appId: dto.appId,
    templateId: dto.templateId,
    channel: dto.channel ?? 'one-time',
    audience,
    scene,
    purpose: dto.purpose ?? undefined,
    status: 'draft',
    content: contentOf(dto, audience),
    renderer: dto.renderer ?? undefined,
    idempotencyKey: dto.idempotencyKey ?? undefined,
    requestedBy: requestedBy && recordable(requestedBy, 64),
    rate: dto.rate ?? undefined,
    notBefore,
    deadline,
    recipients: 0,
    invalid: 0,
    duplicates: 0,
    noGrant: 0,
    endedBefore: 0,
    createdAt: new Date(now),
  } satisfies Broadcast & { endedBefore: number };
  return { ...broadcast, digest: digestOf(broadcast) };
}

/**
 * What makes two broadcasts the same for an idempotency key. Recipients, which are a stream, and times are
 * left out.
 */
function digestOf({ templateId, channel, audience, scene, purpose, content, renderer }: Broadcast): string {
  return digest(
    JSON.stringify([
      templateId,
      channel,
      audience,
      purpose ?? scene ?? null,
      content ?? null,
      renderer ?? null,
    ]),
  );
}

function contentOf(dto: BroadcastDto, audience: BroadcastAudience): OneTimeContent | undefined {
  const { title, content, url, miniprogram, renderer } = dto;
  if (renderer !== undefined && renderer !== null) {
    for (const field of ['content', 'url', 'miniprogram'] as const)
      if (dto[field] !== undefined && dto[field] !== null)
        refuse(field, `${field} is what the renderer says: give one of them`);
    return undefined;
  }
  const written = {
    title: title ?? undefined,
    content: content && { value: content.value, color: content.color ?? undefined },
    url: url ?? undefined,
    miniprogram: miniprogram ? { appId: miniprogram.appId, pagepath: miniprogram.pagepath } : undefined,
  };
  if (written.title === undefined || !written.content) return checkedContent(written);
  const names = placeholdersOf(written as OneTimeContent);
  if (names.length === 0) return checkedContent(written);
  if (audience === 'scene')
    refuse(
      'content',
      `the placeholder "{{${names[0]}}}" is filled from the fields of recipients: give recipients, or a renderer`,
    );
  return written as OneTimeContent;
}

function checkTimes(notBefore: Date | undefined, deadline: Date | undefined, now: number): void {
  if (notBefore && notBefore.getTime() - now >= FURTHEST_MS)
    refuse('notBefore', `notBefore must be less than a year ahead, got ${notBefore.toISOString()}`);
  const earliest = Math.max(now, notBefore?.getTime() ?? now);
  if (deadline && deadline.getTime() <= earliest)
    refuse('deadline', `deadline must be after now and after notBefore, got ${deadline.toISOString()}`);
}

/** The DTO's own check has made a `Date` of either. */
function asDate(moment: Date | string | null | undefined): Date | undefined {
  return moment === undefined || moment === null ? undefined : new Date(moment);
}

function refuse(field: string, message: string): never {
  const error: FieldError = { field, message };
  throw new InvalidInputError([error]);
}
