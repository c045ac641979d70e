// Pieces of SQL about intents that other rooms put into statements of their own.

export interface IntentFactRow {
  id: string;
  app_id: string;
  template_id: string;
  scene: number;
  status: string;
  subject: string | null;
  openid: string | null;
}

/** The rows of IntentFactRow, to read from. */
export const INTENT_FACTS = {
  from: 'weixin_intent',
  columns: 'id, app_id, template_id, scene, status, subject, openid',
} as const;

/**
 * Looks for an open intent under a scene, at one row of an index.
 * @param here `app_id = ? AND template_id = ? AND scene = …`
 */
export function intentsUnderScene(here: string): string[] {
  return [`SELECT 1 FROM weixin_intent WHERE ${here} AND status = 'pending'`];
}
