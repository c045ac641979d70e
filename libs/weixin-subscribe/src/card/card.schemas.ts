import { EXPLAIN_VERDICTS, type ExplainFinding } from '../delivery/send/explanation.types.js';
import {
  APP_ID,
  arrayOf,
  moment,
  OPENID,
  objectOf,
  oneOf,
  responseOf,
  type Schema,
  text,
  uuid,
} from '../kernel/schema.js';
import type { BilingualText } from '../weixin/errcodes.js';
import { CARD_ENDS, CARD_STATUSES, CARD_UPDATE_KINDS, CARD_UPDATE_STATUSES } from './card.types.js';
import type { CardExplanationView, CardStandingView, CardUpdateView, CardView } from './card.view.js';

const state: Schema = { type: 'integer', description: "WeChat's cur_status", example: 2 };
const fields: Schema = {
  type: 'object',
  description: "In WeChat's own names; of ext, its members",
  additionalProperties: true,
};

const update = objectOf<CardUpdateView>(
  {
    id: uuid,
    seq: { type: 'integer', description: 'In the order in which they began, from 1' },
    kind: oneOf(CARD_UPDATE_KINDS, 'state: set_user_notify; ext: set_user_notifyext'),
    status: oneOf(
      CARD_UPDATE_STATUSES,
      'waiting: not stored, and tried again at dueAt; unknown: with a dueAt, WeChat is asked then',
    ),
    acceptedAt: moment(),
  },
  {
    state,
    fields,
    errcode: { type: 'integer', description: "WeChat's code, where WeChat spoke" },
    errmsg: text(),
    rid: text("WeChat's id of the request"),
    reason: text('Our words for an outcome without an errcode'),
    failRet: { type: 'integer', description: 'Why the person was not notified of the state, which stays' },
    failMsg: text(),
    failedAt: moment(),
    requestedBy: text('Name of the service key'),
    dueAt: moment('When it goes on by itself'),
    settledAt: moment(),
  },
);

const weixin = objectOf<CardStandingView>(
  {},
  {
    state,
    fields,
    ext: fields,
    codeState: { type: 'integer', description: '0 normal, 1 risky, 2 abnormal, 10 refused by the person' },
    expiresAt: moment(),
  },
  { description: 'How the card stands at WeChat, where it was asked' },
);

export const CARD = responseOf<CardView>(
  'Card',
  {
    id: uuid,
    appId: APP_ID,
    openid: OPENID,
    notifyType: { type: 'integer', description: "WeChat's notify_type", example: 2001 },
    status: oneOf(CARD_STATUSES, 'new: WeChat has stored no state of it yet'),
    createdAt: moment(),
    expiresAt: moment('Until then it has to begin; from then on, may be updated'),
    updates: arrayOf(update, 'The newest 100, newest first'),
  },
  {
    state: { ...state, description: 'The last that WeChat is known to have stored' },
    activatedAt: moment(),
    endedAt: moment(),
    end: oneOf(CARD_ENDS),
    weixin,
  },
);

const bilingual = objectOf<BilingualText>({ en: text(), zh: text() }, {});

export const CARD_EXPLANATION = responseOf<CardExplanationView>(
  'CardExplanation',
  {
    cardId: uuid,
    appId: APP_ID,
    notifyType: { type: 'integer', description: "WeChat's notify_type", example: 2001 },
    verdict: oneOf(EXPLAIN_VERDICTS, 'Of the newest update; sent: WeChat has stored it'),
    findings: arrayOf(
      objectOf<ExplainFinding>({ code: text(), message: bilingual }, {}),
      'The first one decides; what else matters follows it',
    ),
    nextStep: { ...bilingual, description: 'The one thing to do now' },
    story: arrayOf(
      objectOf<CardExplanationView['story'][number]>(
        { type: text('As in the history'), at: moment() },
        {
          updateId: uuid,
          kind: oneOf(CARD_UPDATE_KINDS),
          state,
          errcode: { type: 'integer' },
          rid: text("WeChat's id of the request"),
          reason: text('Our words for an outcome without an errcode'),
          failRet: { type: 'integer', description: 'Why the person was not notified of the state' },
        },
      ),
      'What happened, newest first, at most 50 events',
    ),
  },
  {
    openid: OPENID,
    state: { ...state, description: 'The last that WeChat is known to have stored' },
    weixin: objectOf<NonNullable<CardExplanationView['weixin']>>(
      {
        rid: text("WeChat's id of the request"),
        invokedAt: moment('When the request reached WeChat'),
        costMs: { type: 'integer', description: 'Milliseconds' },
      },
      {},
      { description: 'What WeChat itself has recorded of the newest update; it keeps this for 7 days' },
    ),
  },
);
