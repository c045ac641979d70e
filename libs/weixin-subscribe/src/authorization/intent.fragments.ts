import { INTENTS, type IntentRow } from './intent.sql.js';

// Pieces of SQL about intents that other rooms put into statements of their own.

export type IntentFactRow = Pick<IntentRow, (typeof FACTS)[number]>;

const FACTS = ['id', 'app_id', 'template_id', 'scene', 'status', 'subject', 'openid'] as const;

/** The rows of IntentFactRow, to read from. */
export const INTENT_FACTS = {
  from: INTENTS.name,
  columns: FACTS.join(', '),
} as const;

/**
 * Looks for an open intent under a scene, at one row of an index.
 * @param here `app_id = ? AND template_id = ? AND scene = …`
 */
export function intentsUnderScene(here: string): string[] {
  return [`SELECT 1 FROM ${INTENTS.name} WHERE ${here} AND status = 'pending'`];
}
