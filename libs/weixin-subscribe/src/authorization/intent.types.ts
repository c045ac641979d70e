/**
 * `pending` until the person answers; then `confirmed` or `cancelled`, once; or `expired` when nobody did.
 */
export type IntentStatus = 'pending' | 'confirmed' | 'cancelled' | 'expired';

/**
 * The flow by which an intent reached the person. `web`: the confirm page of an official account · `app`:
 * the SDK of a mobile app · `report`: the front end of a mini-program or of a web page, which asks by itself
 * and reports what it got.
 */
export type IntentFlow = 'web' | 'app' | 'report';

/** One intent put to one person. */
export interface Intent {
  id: string;
  appId: string;
  templateId: string;
  scene: number;
  flow: IntentFlow;
  /** Digest of what the asker must show with the answer: the browser's cookie, or the host's subject. */
  bindingDigest: string;
  subject?: string;
  /** The openid the host expects, when it knows it. */
  expectedOpenid?: string;
  returnTo?: string;
  status: IntentStatus;
  /** The openid that confirmed. */
  openid?: string;
  createdAt: Date;
  expiresAt: Date;
  answeredAt?: Date;
}
