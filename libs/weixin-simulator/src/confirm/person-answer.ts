import type { Account } from '../config/options.js';
import type { FaultKind } from '../fault/fault.js';
import type { Platform } from '../platform/platform.js';
import { bendRedirect } from './bent-redirect.js';
import { deepLinkPrefix, isDeepLink } from './deep-link.js';
import { type RedirectFields, redirectQuery, redirectTo } from './redirect.js';
import { type SdkResponses, sdkResponses } from './sdk-response.js';

/** One one-time subscription request to one person, checked. */
export interface SubscriptionRequest {
  account: Account;
  openid: string;
  templateId: string;
  scene: number;
  reserved?: string;
  redirectUrl?: string;
}

/** What a person's tap led to. */
export interface PersonAnswer {
  action: 'confirm' | 'cancel';
  appId: string;
  /** Absent on cancel, as the platform does it. */
  openid?: string;
  templateId: string;
  scene: number;
  reserved?: string;
  /** The permission that was given or renewed; absent on cancel. */
  grantId?: string;
  /** What the platform appends to the redirect address. */
  query: string;
  /** The address the browser goes to, when a redirect address was given. */
  redirectTo?: string;
  /** What the mobile SDK hands to the app. */
  sdk: SdkResponses;
  /**
   * The fault that bent `query`, `redirectTo` and `sdk`; with `redirect-twice` the address is opened two
   * times.
   */
  bentBy?: FaultKind;
}

/** Where redirect faults are aimed at. */
const CONFIRM_PATH = '/mp/subscribemsg';

/**
 * A person answers: the permission is recorded, and what the browser or the SDK would carry back is put
 * together.
 */
export function answerRequest(
  platform: Platform,
  { account, openid, templateId, scene, reserved, redirectUrl }: SubscriptionRequest,
  action: 'confirm' | 'cancel',
): PersonAnswer {
  const { appId } = account;
  const key = { channel: 'one-time', appId, openid, templateId, scene } as const;
  const grant = action === 'confirm' ? platform.grants.confirm(account, key) : undefined;
  if (action === 'cancel') platform.grants.cancel(account, key);
  platform.counters.answered(action);
  const fields: RedirectFields = {
    ...(grant ? { openid } : {}),
    ...{ templateId, action, scene },
    ...(reserved ? { reserved } : {}),
  };
  const fault = platform.faults.takeRedirect({ path: CONFIRM_PATH, appId, openid });
  const carried = bendRedirect(fault, fields, platform.people, appId);
  const sdk = sdkResponses(carried, account.cancelErrCode);
  const query = `${isDeepLink(appId, redirectUrl) ? deepLinkPrefix(sdk) : ''}${redirectQuery(carried)}`;
  return {
    ...fields,
    ...{ appId, query, sdk },
    ...(grant ? { grantId: grant.id } : {}),
    ...(redirectUrl ? { redirectTo: redirectTo(redirectUrl, query, account.documentedSlash) } : {}),
    ...(fault ? { bentBy: fault.kind } : {}),
  };
}
