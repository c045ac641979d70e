import { digest } from '../kernel/secret.js';
import type { CardFields } from './card.types.js';

/** What makes two contents the same, whatever the order of their fields. */
export const contentDigestOf = (fields: CardFields): string => digest(canonical(fields));

/** JSON with the names of each object in order; absent and null are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined && inner !== null)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}
