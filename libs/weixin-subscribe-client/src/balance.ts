/** What may still be sent to the signed-in person, of one template. */
export interface Balance {
  appId: string;
  templateId: string;
  /** As it was asked; absent: all scenes. */
  scene?: number;
  /** Messages that may still be sent; 0: ask again. */
  available: number;
  /** One accept is enough until the person takes it back: `available` stays 1. */
  longTerm: boolean;
  /** What became of the last message; absent where there was none. `at`: ISO 8601, UTC. */
  last?: { outcome: 'sent' | 'not-sent' | 'unknown' | 'pending'; at: string };
}
