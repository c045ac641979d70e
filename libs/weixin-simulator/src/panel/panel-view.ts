import { shanghaiTime } from '../common/clock.js';
import type { Account } from '../config/options.js';
import { API_CATALOG, limitsOf } from '../platform/api-catalog.js';
import type { Grant } from '../platform/grants.js';
import { isOfficial } from '../platform/official-kinds.js';
import type { Platform } from '../platform/platform.js';
import { callName } from '../platform/quotas.js';
import type { TokenView } from '../token/token-view.js';
import { type Outcome, outcomeText, PANEL_ACTION } from './panel-actions.js';

/** The rest has pages of its own. */
const SHOWN = 8;
const MINUTE_MS = 60_000;

/** What the panel shows; plain text only, the page escapes it. */
export interface PanelView {
  action: string;
  done: { zh: string; en: string } | undefined;
  time: string;
  steps: readonly { ms: number; zh: string; en: string }[];
  accounts: AccountView[];
  grants: GrantView[];
  moreGrants: number;
  people: PersonView[];
  morePeople: number;
}

export interface PersonView {
  name: string;
  messages: number;
  /** Name of the account and openid. */
  openids: [string, string][];
}

export interface GrantView extends Pick<Grant, 'id' | 'channel' | 'scene' | 'confirms'> {
  person: string;
  account: string;
  since: string;
  /** What it is for, unless it is a scene: the template's title, or the form id. */
  about: string;
}

interface AccountView extends Pick<Account, 'appId' | 'name' | 'kind' | 'templates'> {
  /** Templates with keywords: id and title. */
  keywordTemplates: { id: string; title: string; banned: boolean }[];
  flags: string[];
  usage: { path: string; used: number; limit: string; isFull: boolean }[];
  tokens: (TokenView & { until: string })[];
  tryIt: string | undefined;
}

const STEPS = [
  { ms: 5 * MINUTE_MS, zh: '+5 分钟', en: '+5 min' },
  { ms: 120 * MINUTE_MS, zh: '+2 小时', en: '+2 h' },
  { ms: 24 * 60 * MINUTE_MS, zh: '+1 天', en: '+1 day' },
  { ms: 7 * 24 * 60 * MINUTE_MS, zh: '+7 天', en: '+7 days' },
] as const;

/** `origin` is where the browser found the simulator; `outcome` what a button just did. */
export function viewPanel(platform: Platform, origin: string, outcome: Outcome | undefined): PanelView {
  const { clock, accounts, people, grants } = platform;
  const outstanding = grants.all().filter((grant) => grant.status === 'outstanding');
  const names = people.names();
  return {
    action: PANEL_ACTION,
    done: outcomeText(outcome),
    time: shanghaiTime(clock.now()),
    steps: STEPS,
    accounts: accounts.all().map((account) => viewAccount(platform, account, origin)),
    grants: outstanding
      .slice(-SHOWN)
      .reverse()
      .map((grant) => viewGrant(platform, grant)),
    moreGrants: Math.max(0, outstanding.length - SHOWN),
    people: viewPeople(platform, names.slice(0, SHOWN)),
    morePeople: Math.max(0, names.length - SHOWN),
  };
}

export function viewPeople({ accounts, people, inbox }: Platform, names: string[]): PersonView[] {
  const counts = inbox.counts();
  return names.map((name) => {
    const openids = accounts
      .all()
      .map((account): [string, string] => [account.name, people.openid(name, account.appId)]);
    const messages = openids.reduce((sum, [, openid]) => sum + (counts.get(openid) ?? 0), 0);
    return { name, messages, openids };
  });
}

export function viewGrant({ accounts, people }: Platform, grant: Grant): GrantView {
  const { id, channel, scene, confirms, appId, openid, templateId, formId } = grant;
  const account = accounts.find(appId);
  const template = account?.subscribeTemplates.find(({ priTmplId }) => priTmplId === templateId);
  return {
    ...{ id, channel, scene, confirms, account: account?.name ?? appId },
    about: formId ?? template?.title ?? templateId,
    since: shanghaiTime(grant.confirmedAt),
    person: people.identify(openid)?.person ?? openid,
  };
}

function viewAccount(platform: Platform, account: Account, origin: string): AccountView {
  const { appId, name, kind, templates } = account;
  const flags = (['secretFrozen', 'unauthorized', 'banned', 'limited', 'subscribeBanned'] as const).filter(
    (flag) => account[flag],
  );
  return {
    ...{ appId, name, kind, templates },
    keywordTemplates: [
      ...account.subscribeTemplates.map(({ priTmplId: id, title, banned }) => ({ id, title, banned })),
      ...account.formTemplates.map(({ templateId: id, title }) => ({ id, title, banned: false })),
    ],
    flags: account.tokenRefusal === null ? flags : [...flags, String(account.tokenRefusal)],
    usage: viewUsage(platform, account),
    tokens: platform.tokens.views(appId).map((token) => ({ ...token, until: shanghaiTime(token.endsAt) })),
    tryIt: tryItAddress(account, origin),
  };
}

/** The APIs that have a limit or were called today. */
function viewUsage({ quotas }: Platform, account: Account): AccountView['usage'] {
  return Object.keys(API_CATALOG)
    .filter((path) => API_CATALOG[path]?.kinds.includes(account.kind))
    .map((path) => {
      const call = callName(account.appId, path);
      const { perDay } = limitsOf(account, path);
      const isFull = quotas.isFull(call);
      const used = quotas.usedToday(call);
      return { path: path.replace('/cgi-bin/', ''), used, limit: String(perDay ?? '∞'), isFull };
    })
    .filter(({ used, limit, isFull }) => used > 0 || isFull || limit !== '∞');
}

/** The confirm page with an answer that leads back to the inbox, where the account's domains allow it. */
function tryItAddress(account: Account, origin: string): string | undefined {
  const [templateId] = account.templates;
  if (templateId === undefined || account.kind === 'mini-program') return undefined;
  const official = isOfficial(account);
  if (official && !account.businessDomains.includes(new URL(origin).hostname)) return undefined;
  const query = new URLSearchParams({
    ...{ action: 'get_confirm', appid: account.appId, scene: '1000', template_id: templateId },
    ...{
      redirect_url: official ? `${origin}/_simulator/inbox.html` : `${account.appId}://`,
      reserved: 'try',
    },
  });
  return `/mp/subscribemsg?${query}#wechat_redirect`;
}
