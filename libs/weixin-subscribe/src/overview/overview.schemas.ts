import { ACCOUNT_KINDS } from '../account/account-kinds.js';
import { GRANT_CHANNELS } from '../account/account-templates.options.js';
import { BROADCAST_STATUSES, PAUSE_CAUSES } from '../broadcast/broadcast.types.js';
import { MESSAGE_STATUSES } from '../delivery/ledger/message.types.js';
import {
  APP_ID,
  arrayOf,
  countOf,
  moment,
  objectOf,
  oneOf,
  responseOf,
  type Schema,
  TEMPLATE_ID,
  text,
  uuid,
} from '../kernel/schema.js';
import type { TokenStatus } from '../token/token.status.js';
import type { BilingualText } from '../weixin/errcodes.js';
import { ACCOUNT_ORIGINS, type OverviewAccount, PROBLEM_CODES, SEVERITIES } from './overview.types.js';
import type {
  OpenMessagesView,
  OverviewBroadcastView,
  OverviewProblemView,
  OverviewView,
  QuotasView,
} from './overview.view.js';

const integer: Schema = { type: 'integer' };
const bilingual = objectOf<BilingualText>({ en: text(), zh: text() }, {});
const open = objectOf<OpenMessagesView>(
  { appId: APP_ID, count: countOf('At most 1,000') },
  { since: moment() },
);

const PROBLEM = objectOf<OverviewProblemView>(
  { code: oneOf(PROBLEM_CODES), severity: oneOf(SEVERITIES), message: bilingual, remedy: bilingual },
  {
    appId: APP_ID,
    templateId: TEMPLATE_ID,
    broadcastId: uuid,
    count: countOf('1,000 stands for that many or more'),
    since: moment(),
    until: moment('When it ends by itself'),
    errcode: integer,
    detail: text('What WeChat or the database said'),
  },
);

const TOKEN = objectOf<TokenStatus>(
  {
    appId: APP_ID,
    family: oneOf(['token', 'stable']),
    role: oneOf(['central', 'remote']),
    live: { type: 'boolean' },
  },
  {
    ageSeconds: integer,
    expiresInSeconds: integer,
    lastError: objectOf<NonNullable<TokenStatus['lastError']>>(
      { at: moment(), message: text(), retryAt: moment() },
      { errcode: integer },
    ),
    leaseHolder: text('The process that mints now'),
    mintsLeft: objectOf<NonNullable<TokenStatus['mintsLeft']>>({ hour: integer, day: integer }, {}),
    circuitOpenUntil: moment(),
    unreadable: { type: 'boolean' },
    earlyDeaths: countOf('Tokens that died before their time within 24 hours'),
  },
);

const BROADCAST = objectOf<OverviewBroadcastView>(
  {
    id: uuid,
    appId: APP_ID,
    templateId: TEMPLATE_ID,
    status: oneOf(BROADCAST_STATUSES),
    createdAt: moment(),
  },
  {
    total: countOf(),
    pauseCause: oneOf(PAUSE_CAUSES),
    reason: text(),
    startedAt: moment(),
    resumesAt: moment(),
  },
);

const ACCOUNT = objectOf<OverviewAccount>(
  {
    appId: APP_ID,
    kind: oneOf(ACCOUNT_KINDS),
    enabled: { type: 'boolean' },
    credential: text('How WeChat is called for it'),
    source: oneOf(ACCOUNT_ORIGINS, 'options: cannot be changed at run time'),
    templates: arrayOf(
      objectOf<OverviewAccount['templates'][number]>({ templateId: TEMPLATE_ID, channel: text() }, {}),
    ),
  },
  {},
);

export const OVERVIEW = responseOf<OverviewView>(
  'Overview',
  {
    at: moment(),
    problems: arrayOf(PROBLEM, 'Problems before warnings'),
    accounts: arrayOf(ACCOUNT),
    tokens: arrayOf(TOKEN, 'Of accounts that are used by this process; 200 at most'),
    messages: objectOf<OverviewView['messages']>(
      {
        unknown: arrayOf(open, 'Somebody has to resolve them'),
        waiting: arrayOf(open, 'Deferred, until their time comes'),
        overdue: arrayOf(open, 'Of those, more than five minutes late'),
      },
      {},
    ),
    broadcasts: arrayOf(BROADCAST, 'Scheduled, running or paused; 50 of each at most'),
    pushes: objectOf<OverviewView['pushes']>(
      { failed: arrayOf(open, 'Among the last 1,000 that came') },
      { due: countOf('Listeners should be called by now; only for clients of all accounts') },
    ),
    activity: objectOf<OverviewView['activity']>(
      {
        from: moment('When the first hour began'),
        to: moment(),
        complete: { type: 'boolean', description: 'All hours that were asked for are there' },
        hours: arrayOf(
          objectOf<OverviewView['activity']['hours'][number]>(
            {
              hour: moment('When it began'),
              appId: APP_ID,
              channel: text(),
              status: oneOf(MESSAGE_STATUSES),
              count: countOf(),
            },
            {},
          ),
          'Messages by the hour of their accept and the status they have now',
        ),
      },
      {},
    ),
  },
  {},
);

export const QUOTAS = responseOf<QuotasView>(
  'Quotas',
  {
    appId: APP_ID,
    quotas: arrayOf(
      objectOf<QuotasView['quotas'][number]>(
        {
          channel: oneOf(GRANT_CHANNELS),
          dailyLimit: countOf('Sends of a day, until midnight in Beijing'),
          used: countOf(),
          remaining: countOf(),
          asOf: moment('When WeChat was asked: up to a minute ago'),
        },
        {},
      ),
      'None of a channel for which WeChat reports no quota',
    ),
  },
  {},
);
