/** `pending` until the person answers; then `confirmed` or `cancelled`, once; or `expired` when nobody did. */
export type IntentStatus = 'pending' | 'confirmed' | 'cancelled' | 'expired';

/** The door a question went out by: the web page of an official account, or the SDK of a mobile app. */
export type IntentDoor = 'web' | 'app';

/** One question put to one person. */
export interface Intent {
  id: string;
  appId: string;
  templateId: string;
  scene: number;
  door: IntentDoor;
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
