import type { Account } from '../config/options.js';
import type { Accounts } from '../platform/accounts.js';
import { type Refusal, refuse } from '../platform/errcodes.js';
import { isOfficial } from '../platform/official-kinds.js';
import type { People } from '../platform/people.js';
import type { JsonObject } from './read-body.js';

/** A path inside the mini-program, perhaps with a query; no scheme, no blanks. */
const PAGEPATH = /^\/?[\w.%~-]+(\/[\w.%~-]+)*(\?[^\s]*)?$/;

/** Row 14: missing, blank, or an openid of another account. */
export function refuseReceiver(
  touser: string | undefined,
  { appId }: Account,
  people: People,
): Refusal | undefined {
  return touser && people.isOpenidOf(appId, touser) ? undefined : refuse(40003);
}

/** Row 21. */
export function refuseMiniprogram(
  miniprogram: JsonObject | undefined,
  account: Account,
  accounts: Accounts,
): Refusal | undefined {
  if (!miniprogram) return undefined;
  const { appid, pagepath } = miniprogram;
  if (typeof appid !== 'string' || typeof pagepath !== 'string') return refuse(47001);
  if (!accounts.miniProgramsOf(account).includes(appid)) return refuse(40013);
  return PAGEPATH.test(pagepath) ? undefined : refuse(40165);
}

/** 41030: no path, or not a page of the released version; an official account may also open a web page. */
export function refusePage(page: string | undefined, { kind, pages }: Account): Refusal | undefined {
  if (!page || (isOfficial({ kind }) && /^https?:\/\//.test(page) && URL.canParse(page))) return undefined;
  const path = (page.split('?')[0] ?? '').replace(/^\//, '');
  const released = pages === null || pages.some((each) => each.replace(/^\//, '') === path);
  return PAGEPATH.test(page) && released ? undefined : refuse(41030);
}
