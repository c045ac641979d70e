import { CODE_STATES } from '../card/card-book.js';
import {
  about,
  FLAG,
  fields,
  listOf,
  oneOf,
  orNull,
  type Schema,
  TEXT,
  WHOLE,
} from '../common/json-schema.js';
import { OPENID, TIME } from './schema-parts.js';

const RECEIVER = {
  appId: TEXT,
  person: TEXT,
  openid: about(OPENID, 'instead of person; tells the account too'),
};
const RECEIVER_NAMES = Object.keys(RECEIVER);
const SECONDS = about(WHOLE, 'seconds');
const CODE_STATE = about(oneOf(...CODE_STATES), '0 normal, 1 risky, 2 abnormal, 10 refused by the person');

export const CARD_SCHEMAS = {
  Order: fields(
    { ...RECEIVER, payAmount: about({ ...WHOLE, default: 1005 }, 'in fen') },
    ...RECEIVER_NAMES,
    'payAmount',
  ),
  PaidOrder: fields({
    transactionId: about(TEXT, 'the notify_code of its card'),
    payAmount: WHOLE,
    payTime: SECONDS,
  }),
  ActivityTap: fields(
    { ...RECEIVER, activityType: about({ type: ['integer', 'string'] }, '1001, 1003, 1004 or 1005') },
    ...RECEIVER_NAMES,
  ),
  ActivityDetail: fields({ code: TEXT }),
  CodeChange: fields({ code: TEXT, codeState: CODE_STATE }),
  Card: fields({
    ...{ code: TEXT, source: oneOf('order', 'button'), appId: TEXT, openid: OPENID },
    ...{ notifyType: orNull(WHOLE), codeState: CODE_STATE, expiresAt: SECONDS, ext: orNull(TEXT) },
    states: listOf(fields({ state: WHOLE, at: TIME, content: TEXT, notified: FLAG })),
  }),
} satisfies Record<string, Schema>;
