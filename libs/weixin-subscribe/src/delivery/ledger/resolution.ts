/**
 * How the reason of a message starts that a person has resolved. What was recorded with it stays readable, so
 * never change it.
 */
export const RESOLVED_BY_HAND = 'resolved by hand as';

export function resolutionReason(outcome: 'sent' | 'not-sent'): string {
  return `${RESOLVED_BY_HAND} "${outcome}"`;
}
