import type { Account } from '../config/options.js';
import type { Accounts } from '../platform/accounts.js';
import { RESERVED, readScene } from '../platform/wire-values.js';
import { isDeepLink } from './deep-link.js';

/** A well-formed request to the confirm page: the query of `mp/subscribemsg`, checked. */
export interface ConfirmRequest {
  account: Account;
  templateId: string;
  scene: number;
  /** Undefined when not sent (or sent empty). */
  reserved: string | undefined;
  redirectUrl: string;
}

/** The three error pages users of the platform report (fact sheet §1.3). */
export type ConfirmErrorPage = 'parameter' | 'template' | 'domain';

export const CONFIRM_ERROR_TEXT: Record<ConfirmErrorPage, string> = {
  parameter: '应用访问参数错误',
  template: '模板出错',
  domain: '应用跳转的域名非法',
};

export interface ConfirmError {
  page: ConfirmErrorPage;
  /** What the real page does not say. */
  reason: string;
}

/** Reads the query of `mp/subscribemsg`. Rows 33 and 34; a wrong one never leads to a redirect. */
export function readConfirmRequest(
  query: Readonly<Record<string, string>>,
  accounts: Accounts,
): ConfirmRequest | ConfirmError {
  const { action, appid, template_id: templateId, reserved, redirect_url: redirectUrl } = query;
  if (action !== 'get_confirm') return wrong('action must be get_confirm');
  const account = accounts.find(appid);
  if (!account) return wrong(appid ? 'appid is not an account here' : 'appid is missing');
  if (account.kind === 'mini-program')
    return wrong('this page is for official accounts and mobile apps, appid is a mini-program');
  if (account.unauthorized || account.banned || account.limited)
    return wrong('the account may not use this ability');
  const scene = readScene(query.scene);
  if (scene === undefined) return wrong('scene must be a whole number from 0 to 10000');
  if (reserved && !RESERVED.test(reserved)) return wrong('reserved must be letters and digits, at most 128');
  if (!templateId) return wrong('template_id is missing');
  if (isOfAnotherKind(account, templateId)) {
    return { page: 'template', reason: 'template_id is not a one-time subscription template' };
  }
  if (!account.templates.includes(templateId)) return wrong('template_id does not belong to this appid');
  if (!redirectUrl) return wrong('redirect_url is missing');
  if (account.kind === 'mobile-app' && !isDeepLink(account.appId, redirectUrl))
    return wrong(`redirect_url of a mobile app must be ${account.appId}://`);
  const problem = account.kind === 'mobile-app' ? undefined : checkRedirect(redirectUrl, account);
  if (problem) return { page: 'domain', reason: problem };
  return { account, templateId, scene, reserved: reserved || undefined, redirectUrl };
}

function isOfAnotherKind({ otherTemplates, subscribeTemplates }: Account, templateId: string): boolean {
  return (
    otherTemplates.includes(templateId) ||
    subscribeTemplates.some(({ priTmplId }) => priTmplId === templateId)
  );
}

function checkRedirect(redirectUrl: string, account: Account): string | undefined {
  const url = URL.canParse(redirectUrl) ? new URL(redirectUrl) : undefined;
  if (!url) return 'redirect_url is not an absolute address (encoded more than once?)';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'redirect_url must be http or https';
  if (url.username || url.password) return 'redirect_url must not carry a user or password';
  if (account.businessDomains.includes(url.hostname)) return undefined;
  return `${url.hostname} is not a business domain of this account (${account.businessDomains.join(', ') || 'none'})`;
}

function wrong(reason: string): ConfirmError {
  return { page: 'parameter', reason };
}

export function isConfirmError(verdict: ConfirmRequest | ConfirmError): verdict is ConfirmError {
  return 'page' in verdict;
}
