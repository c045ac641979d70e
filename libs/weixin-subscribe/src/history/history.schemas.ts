import { GRANT_RULES } from '../account/account.options.js';
import { CARD_ENDS, CARD_UPDATE_KINDS } from '../card/card.types.js';
import { MESSAGE_STATUSES } from '../delivery/ledger/message.types.js';
import { GRANT_STATUSES } from '../grant/grant.types.js';
import {
  APP_ID,
  arrayOf,
  moment,
  OPENID,
  objectOf,
  oneOf,
  responseOf,
  SCENE,
  type Schema,
  TEMPLATE_ID,
  text,
  uuid,
} from '../kernel/schema.js';
import type { BilingualText } from '../weixin/errcodes.js';
import type { DayCounts } from './counts.types.js';
import {
  DRIFT_KINDS,
  type DriftCount,
  type DriftFinding,
  type DriftKind,
  type DriftReport,
  type TemplateDrift,
} from './drift.types.js';
import { HISTORY_EVENT_TYPES } from './history.types.js';
import type { HistoryView } from './history.view.js';
import type { MessageListView } from './message-list.view.js';

const integer: Schema = { type: 'integer' };
const rate: Schema = { type: 'number', minimum: 0, maximum: 1 };
const bilingual = objectOf<BilingualText>({ en: text(), zh: text() }, {});
const unproven: Schema = {
  type: 'integer',
  description: 'How many of them rest on an openid that is not proven',
};

/** The same for each word. */
function eachOf<Word extends string>(words: readonly Word[], schema: Schema): Schema {
  const entries = words.map((word) => [word, schema]);
  return { type: 'object', required: [...words], properties: Object.fromEntries(entries) };
}

export const HISTORY = responseOf<HistoryView>(
  'History',
  {
    events: arrayOf(
      objectOf<HistoryView['events'][number]>(
        {
          type: oneOf(HISTORY_EVENT_TYPES),
          at: moment(),
          appId: APP_ID,
          scene: SCENE,
        },
        {
          templateId: TEMPLATE_ID,
          openid: OPENID,
          channel: text('service-card: of a service card, which has no template'),
          cardId: uuid,
          notifyType: { type: 'integer', description: "WeChat's notify_type" },
          updateId: uuid,
          kind: oneOf(CARD_UPDATE_KINDS),
          state: { type: 'integer', description: 'What the card was set to, or shows' },
          end: oneOf(CARD_ENDS, 'Why the card has ended'),
          failRet: { type: 'integer', description: 'Why WeChat did not notify the person of a state' },
          intentId: uuid,
          grantId: uuid,
          messageId: uuid,
          subject: text("The host's id of the user"),
          source: text('What gave the grant'),
          requestedBy: text('Name of the service key'),
          outcome: oneOf(['sent', 'failed'], 'As what it was resolved'),
          errcode: { type: 'integer', description: "WeChat's code, where WeChat spoke" },
          errclass: text(),
          errmsg: text(),
          rid: text("WeChat's id of the request"),
          meaning: bilingual,
          reason: text('Our words for an outcome without an errcode'),
        },
      ),
      'Newest first',
    ),
  },
  { cursor: text('For the next page; absent on the last one') },
);

export const MESSAGES = responseOf<MessageListView>(
  'Messages',
  {
    messages: arrayOf(
      objectOf<MessageListView['messages'][number]>(
        {
          id: uuid,
          appId: APP_ID,
          openid: OPENID,
          templateId: TEMPLATE_ID,
          scene: SCENE,
          channel: text(),
          status: oneOf(MESSAGE_STATUSES),
          acceptedAt: moment(),
        },
        {
          errcode: { type: 'integer', description: "WeChat's code, where WeChat spoke" },
          errmsg: text(),
          rid: text("WeChat's id of the request"),
          reason: text('Our words for an outcome without an errcode'),
          idempotencyKey: text(),
          requestedBy: text('Name of the service key'),
          grantId: uuid,
          dueAt: moment('When a worker takes it next; of an unknown one, never by itself without it'),
          settledAt: moment(),
        },
      ),
    ),
  },
  { cursor: text('For the next page; also where filters left nothing of this one') },
);

export const COUNTS = responseOf<{ counts: DayCounts[] }>(
  'Counts',
  {
    counts: arrayOf(
      objectOf<DayCounts>(
        {
          day: text(undefined, { format: 'date', example: '2026-11-20' }),
          templateId: TEMPLATE_ID,
          scene: SCENE,
          grants: eachOf(GRANT_STATUSES, integer),
          messages: eachOf(MESSAGE_STATUSES, integer),
        },
        {},
      ),
      'Only what there is; days, then templates, then scenes in order',
    ),
  },
  {},
);

const driftCount = objectOf<DriftCount>(
  { count: integer, unproven, rate },
  { firstAt: moment(), lastAt: moment() },
);

const refusedWith = objectOf<TemplateDrift['refusedWith'][number]>(
  { errcode: integer, count: integer, meaning: bilingual },
  {},
);

export const DRIFT = responseOf<DriftReport>(
  'Drift',
  {
    appId: APP_ID,
    grantRule: oneOf(GRANT_RULES),
    since: moment(),
    until: moment(),
    templates: arrayOf(
      objectOf<TemplateDrift>(
        {
          templateId: TEMPLATE_ID,
          settled: { type: 'integer', description: 'Messages with an outcome' },
          answered: { type: 'integer', description: 'Accepted by WeChat, or refused for the person' },
          unproven: driftCount,
          drift: eachOf<DriftKind>(DRIFT_KINDS, driftCount),
          refusedWith: arrayOf(refusedWith),
        },
        {},
      ),
    ),
    findings: arrayOf(
      objectOf<DriftFinding>(
        {
          kind: oneOf(DRIFT_KINDS),
          templateId: TEMPLATE_ID,
          count: integer,
          unproven,
          rate,
          says: bilingual,
          remedy: bilingual,
        },
        {},
      ),
      'The most frequent first; empty where the ledger and WeChat agree',
    ),
  },
  {},
);
