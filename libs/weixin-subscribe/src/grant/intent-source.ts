import { isId } from '../kernel/ids.js';

/** What the source of a grant begins with that an intent gave; its id follows. */
export const INTENT_SOURCE = 'intent:';

export function intentIdOf(source: string): string | undefined {
  return source.startsWith(INTENT_SOURCE) ? source.slice(INTENT_SOURCE.length) : undefined;
}

/**
 * The columns in which the log keeps a source: that of nearly all grants is an intent, whose id takes half as
 * much of the row and of the unique index. One way to write each source down, so that it is there once.
 */
export function sourceColumns(source: string): { source: string | null; intent_id: string | null } {
  const id = intentIdOf(source);
  return isId(id) ? { source: null, intent_id: id } : { source, intent_id: null };
}
