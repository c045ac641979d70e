import type { Channels } from '../delivery/channels/channels.js';
import type { MessageContent } from '../delivery/ledger/message.types.js';
import type { GrantChannel } from '../grant/grant.types.js';
import { type FieldError, InvalidInputError } from '../kernel/errors.js';
import { DAY_MS } from '../kernel/platform-day.js';
import { digest } from '../kernel/secret.js';
import { recordable } from '../kernel/text.js';
import type { Broadcast, BroadcastAudience, BroadcastRecord } from './broadcast.types.js';
import { CONTENT_FIELDS, contentFields, valueAt } from './content-fields.js';
import type { BroadcastDto } from './dto/broadcast.dto.js';
import { namesIn, placeholdersOf } from './placeholders.js';

const FURTHEST_MS = 365 * DAY_MS;

/** What a draft is made of, besides what was asked for. */
export interface DraftFacts {
  id: string;
  now: number;
  channel: GrantChannel;
  /** That of its purpose, where it names one; 0 where the channel has none. */
  scene?: number;
  requestedBy?: string;
}

/** A checked input as a draft. @throws {InvalidInputError} */
export function draftOf(
  dto: BroadcastDto,
  audience: BroadcastAudience,
  channels: Channels,
  { id, now, channel, scene, requestedBy }: DraftFacts,
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
    channel,
    audience,
    scene,
    purpose: dto.purpose ?? undefined,
    status: 'draft',
    content: contentOf(dto, audience, channels, channel),
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

/**
 * What it says, with its placeholders. What has none is checked as it is, also of the template; a text with
 * placeholders is checked for each recipient once they are filled.
 */
function contentOf(
  dto: BroadcastDto,
  audience: BroadcastAudience,
  channels: Channels,
  channel: GrantChannel,
): MessageContent | undefined {
  const { appId, templateId, renderer } = dto;
  const written = contentFields(dto);
  if (renderer !== undefined && renderer !== null) {
    const field = CONTENT_FIELDS.find((name) => name in written && name !== 'title');
    if (field) refuse(field, `${field} is what the renderer says: give one of them`);
    return undefined;
  }
  const to = { appId, templateId, channel };
  const errors = channels.contentErrors(to, written);
  const lasting = errors.filter(({ field }) => namesIn(valueAt(written, field)).length === 0);
  if (lasting.length > 0) throw new InvalidInputError(lasting);
  const content = channels.contentOf(to, written);
  const [name] = placeholdersOf(content);
  if (name !== undefined && audience === 'scene')
    refuse(
      'data' in content ? 'data' : 'content',
      `the placeholder "{{${name}}}" is filled from the fields of recipients: give recipients, or a renderer`,
    );
  return content;
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
