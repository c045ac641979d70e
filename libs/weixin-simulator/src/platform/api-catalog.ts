import { ACCOUNT_KINDS, type Account, type AccountKind } from '../config/options.js';
import { WITH_NOTICES } from './official-kinds.js';
import type { Limits } from './quotas.js';

/** What the platform knows about one of its APIs apart from what it does. */
export interface Api {
  /** Kinds of accounts that have it. */
  kinds: readonly AccountKind[];
  limits(account: Account): Limits;
  /** What accounts of another kind hear. @default 48001 */
  wrongKind?: number;
}

export const SEND_API = '/cgi-bin/message/template/subscribe';
export const SUBSCRIBE_SEND_API = '/cgi-bin/message/subscribe/send';
export const NOTICE_SEND_API = '/cgi-bin/message/subscribe/bizsend';
export const FORM_SEND_API = '/cgi-bin/message/wxopen/template/send';
export const CARD_API = '/wxa/set_user_notify';
export const CARD_EXT_API = '/wxa/set_user_notifyext';
export const CARD_QUERY_API = '/wxa/get_user_notify';
export const TOKEN_API = '/cgi-bin/token';
export const TICKET_API = '/cgi-bin/ticket/getticket';
export const STABLE_TOKEN_API = '/cgi-bin/stable_token';

const unlimited = (): Limits => ({ perDay: null });
const TEMPLATES: Api = { kinds: ['mini-program', ...WITH_NOTICES], limits: unlimited };
/** No quotas are published (fact sheet A.8). */
const CARDS: Api = { kinds: ['mini-program'], limits: unlimited };
/** Of some calls the table has a code of its own for accounts of another kind (§6.2). */
const TEMPLATES_200100: Api = { ...TEMPLATES, wrongKind: 200100 };
const UPKEEP: Api = { kinds: ACCOUNT_KINDS, limits: unlimited };

/**
 * By path. For the upkeep calls (§4.6) and the template management (§6.2) no daily limits are published; for
 * the send call of one-time messages neither (§8), so its limits come from the configuration alone.
 */
export const API_CATALOG: Readonly<Record<string, Api>> = {
  [TOKEN_API]: { kinds: ACCOUNT_KINDS, limits: (account) => ({ perDay: account.tokenDailyQuota }) },
  [STABLE_TOKEN_API]: {
    kinds: ACCOUNT_KINDS,
    limits: (account) => ({ perDay: account.stableDailyQuota, perMinute: account.stableMinuteQuota }),
  },
  [SEND_API]: {
    kinds: [...WITH_NOTICES, 'subscription-account', 'mobile-app'],
    limits: (account) => ({ perDay: account.dailyQuota, perMinute: account.minuteQuota }),
  },
  [SUBSCRIBE_SEND_API]: {
    kinds: ['mini-program'],
    limits: (account) => ({ perDay: account.subscribeDailyQuota, perMinute: account.minuteQuota }),
  },
  [NOTICE_SEND_API]: {
    kinds: WITH_NOTICES,
    limits: (account) => ({ perDay: account.noticeDailyQuota, perMinute: account.minuteQuota }),
  },
  [FORM_SEND_API]: {
    kinds: ['mini-program'],
    limits: (account) => ({ perDay: account.formDailyQuota, perMinute: account.minuteQuota }),
  },
  [TICKET_API]: {
    kinds: [...WITH_NOTICES, 'subscription-account', 'mobile-app'],
    limits: (account) => ({ perDay: account.ticketDailyQuota }),
  },
  [CARD_API]: CARDS,
  [CARD_EXT_API]: CARDS,
  [CARD_QUERY_API]: CARDS,
  '/wxaapi/newtmpl/addtemplate': TEMPLATES_200100,
  '/wxaapi/newtmpl/deltemplate': TEMPLATES,
  '/wxaapi/newtmpl/getcategory': TEMPLATES_200100,
  '/wxaapi/newtmpl/getpubtemplatekeywords': TEMPLATES,
  '/wxaapi/newtmpl/getpubtemplatetitles': TEMPLATES,
  '/wxaapi/newtmpl/gettemplate': TEMPLATES_200100,
  '/cgi-bin/clear_quota': UPKEEP,
  '/cgi-bin/clear_quota/v2': UPKEEP,
  '/cgi-bin/openapi/quota/get': UPKEEP,
  '/cgi-bin/openapi/quota/clear': UPKEEP,
  '/cgi-bin/openapi/rid/get': UPKEEP,
  '/cgi-bin/get_api_domain_ip': UPKEEP,
  '/cgi-bin/getcallbackip': UPKEEP,
  '/cgi-bin/callback/check': UPKEEP,
};

export function findApi(path: string): Api | undefined {
  return Object.hasOwn(API_CATALOG, path) ? API_CATALOG[path] : undefined;
}

/** The API an account of this kind mostly sends with. */
export function sendApiOf({ kind }: Account): string {
  return kind === 'mini-program' ? SUBSCRIBE_SEND_API : SEND_API;
}

export function limitsOf(account: Account, path: string): Limits {
  return findApi(path)?.limits(account) ?? unlimited();
}
