import type { ComponentOptions } from '../component/component-options.js';
import type { PushRecord } from '../push/pushes.js';

export interface AuthorizeOptions {
  /** The account whose owner agrees. */
  appId: string;
  /** An address of the authorisation page; left out: the owner came another way, and only the event tells. */
  url?: string;
  /** Permission sets. @default those it had, or 1, 4, 7, 18 and 89 */
  sets?: number[];
}

export interface AuthorizeResult {
  code: string;
  /** Where the browser goes back to, where `url` was given. */
  redirectTo?: string;
}

/** What happens to a third-party platform. */
export interface ComponentVerbs {
  /** Pushes a new component_verify_ticket, and waits until it was answered or given up. */
  pushTicket(): Promise<PushRecord>;
  /** The owner of an account authorises the platform, or does so anew. */
  authorizeComponent(options: AuthorizeOptions): AuthorizeResult;
  /** The owner takes the authorisation back; the event is waited for. */
  revokeComponent(appId: string): Promise<PushRecord>;
  /** The tokens of the platform die: 40001 from now on. Gives how many did. */
  killComponentTokens(): number;
  updateComponent(patch: Partial<Omit<ComponentOptions, 'appId'>>): void;
}
