import type { FieldError } from '../kernel/errors.js';
import { arrayOf, objectOf, responseOf, type Schema, text } from '../kernel/schema.js';
import type { ProblemDetails } from './problem-details.js';

const integer: Schema = { type: 'integer' };

export const PROBLEM_DETAILS = responseOf<ProblemDetails>(
  'ProblemDetails',
  {
    type: text(),
    title: text(),
    status: integer,
    detail: text(),
    code: text('Stable; branch on this', { example: 'WEIXIN_NO_GRANT' }),
  },
  {
    remedy: text('What to do next'),
    errors: arrayOf(objectOf<FieldError>({ field: text(), message: text() }, {})),
    errcode: integer,
    errmsg: text(),
    rid: text(),
    messageId: text(),
    outcome: text(),
    retryAfterSeconds: integer,
  },
  {
    description: 'RFC 9457',
    example: {
      type: 'urn:weixin-subscribe:problem:no-grant',
      title: 'There is no grant to send',
      status: 409,
      detail: 'openid "oABC" has no unused grant',
      code: 'WEIXIN_NO_GRANT',
      remedy: 'Ask the user to subscribe again; one confirm gives one message.',
    },
  },
);
