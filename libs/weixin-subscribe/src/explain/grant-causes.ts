import type { AccountConfig } from '../account/account.options.js';
import type { ExplainEvent } from '../delivery/send/explanation.types.js';
import { MOST_DELAY_MS, originOf } from '../grant/accept-pairing.js';
import type { Grant } from '../grant/grant.types.js';
import type { Found } from './causes.js';

/** What is known of the permissions of a person. */
export interface GrantFacts {
  /** Of the key that was asked about, newest first. */
  grants: Grant[];
  /** Live grants of the key, and of the key under all scenes. */
  available: number;
  availableAnywhere: number;
  /** Newest first. */
  story: ExplainEvent[];
  account: AccountConfig;
  now: number;
}

const ASKS = ['asked', 'cancelled', 'unanswered'];

/** Why nothing may be sent. */
export function whyNoGrant({ grants, availableAnywhere, story, now }: GrantFacts): Found[] {
  const last = grants.find(({ status }) => status !== 'renewed');
  const found = last && endOf(last, now);
  // What counts is the last thing that the person was told or said.
  const event = story.find(({ type }) => ASKS.includes(type) || type === 'granted');
  const asked = event && event.type !== 'granted' ? askedCause(event) : undefined;
  const elsewhere: Found[] =
    availableAnywhere > 0 ? [{ code: 'other-scene', facts: { count: availableAnywhere } }] : [];
  const causes = [...elsewhere, ...(asked ? [asked] : []), ...(found ? [found] : [])];
  return causes.length > 0 ? causes : [{ code: 'never-asked' }];
}

function askedCause({ type, at }: ExplainEvent): Found {
  if (type === 'cancelled') return { code: 'declined', facts: { at } };
  return type === 'unanswered'
    ? { code: 'unanswered', facts: { at } }
    : { code: 'asked-open', facts: { at } };
}

function endOf(grant: Grant, now: number): Found | undefined {
  const { status, closedAt: at, claimedBy: messageId, rejectedAt, expiresAt } = grant;
  switch (status) {
    case 'available':
      // Its time has run out, and nobody has closed it yet.
      return expiresAt && expiresAt.getTime() <= now
        ? { code: 'expired', facts: { at: expiresAt } }
        : undefined;
    case 'claimed':
      return { code: 'held-by-sending', facts: { messageId } };
    case 'unknown':
      return { code: 'held-by-unknown', facts: { messageId } };
    case 'spent':
      return { code: 'used', facts: { at } };
    case 'expired':
      return { code: 'expired', facts: { at: expiresAt ?? at } };
    case 'void':
      if (rejectedAt) return { code: 'taken-back', facts: { at: rejectedAt } };
      return messageId ? { code: 'refused-before', facts: { at } } : { code: 'openid-unusable' };
    case 'renewed':
      return undefined;
    default:
      return status satisfies never;
  }
}

/** What should be known of the grant that the next message would take. */
export function besideGrant({ grants, account, now }: GrantFacts): Found[] {
  const live = grants.filter(({ status }) => status === 'available');
  const next = live.find(({ proof }) => proof !== 'unproven') ?? live[0];
  if (!next) return [];
  const isLate = now - next.grantedAt.getTime() > MOST_DELAY_MS;
  return [
    ...(next.proof === 'unproven' ? [{ code: 'openid-unproven' } as const] : []),
    ...(isLate && isUnpaired(next, account) ? [{ code: 'accept-unpaired' } as const] : []),
  ];
}

/** The page has told of an accept, and WeChat, which pushes accepts of this account, has not. */
export function isUnpaired(grant: Grant | undefined, account: AccountConfig | undefined): boolean {
  if (!grant || !account?.push || grant.pairedSource !== undefined) return false;
  const isPushed = grant.channel === 'mini-subscribe' || grant.channel === 'service-notice';
  return isPushed && originOf(grant.source) === 'report';
}
