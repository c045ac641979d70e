import { about, fields, listOf, NUMBER, oneOf, orNull, type Schema, TEXT } from '../common/json-schema.js';
import { FAULT_ENCODINGS, FAULT_KINDS, SECURITY_FAULTS } from '../fault/fault.js';
import { TOKEN_FAMILIES } from '../token/access-token.js';

/** What several schemas of the control API are made of. */
export const TIME = about(NUMBER, 'milliseconds since the epoch, on the clock of the simulator');
export const OPENID = { type: 'string', pattern: '^o[\\w-]{27}$' };
export const SCENE = { type: 'integer', minimum: 0, maximum: 10_000 };
export const CHANNEL = oneOf('one-time', 'mini-template', 'mini-subscribe', 'service-notice');
export const ACTION = oneOf('confirm', 'cancel');
export const FAMILY = oneOf(...TOKEN_FAMILIES);
export const OPENIDS = about({ type: 'object', additionalProperties: OPENID }, 'by appId');
export const TEXTS = listOf(TEXT);

/** The SDK's answer; the systems differ in the name of one field, Android adds its type. */
export const sdkResponse = (templateField: string, extra: Record<string, Schema> = {}): Schema =>
  fields({
    ...{ errCode: oneOf(0, -2), errStr: orNull(TEXT), action: ACTION, scene: SCENE },
    ...{ reserved: orNull(TEXT), openId: orNull(OPENID), [templateField]: TEXT, ...extra },
  });

export const FAULT_OPTIONS = {
  kind: oneOf(...FAULT_KINDS),
  path: about(TEXT, 'only calls of this path; a * at the end stands for anything'),
  appId: about(TEXT, 'only calls of this account'),
  openid: about(TEXT, 'only calls about this person'),
  times: about(
    { oneOf: [{ type: 'integer', minimum: 1 }, { const: 'forever' }], default: 1 },
    'how many calls',
  ),
  probability: { type: 'number', minimum: 0, maximum: 1, default: 1 },
  when: about(
    { ...oneOf('before', 'after'), default: 'before' },
    'after: the call is processed all the same',
  ),
  encoding: about({ ...oneOf(...FAULT_ENCODINGS), default: 'gzip' }, 'compressed'),
  security: about({ ...oneOf(...SECURITY_FAULTS), default: 'tampered' }, 'bad-security'),
  delayMs: about({ type: 'number', minimum: 0, maximum: 3_600_000, default: 1000 }, 'latency and slow-body'),
  status: about({ type: 'integer', minimum: 200, maximum: 599 }, 'status, html and empty'),
  errcode: about({ type: 'integer', default: -1 }, 'errcode'),
  errmsg: about(TEXT, "errcode; default: WeChat's text"),
  family: about(FAMILY, 'kill-token (default both) and mint-behind-back (default token)'),
  moveMs: about({ type: 'number', default: 7_200_000 }, 'clock-jump'),
};

export const SUBSCRIPTION_REQUEST = {
  appId: TEXT,
  person: TEXT,
  openid: about(OPENID, 'instead of person; tells the account too'),
  templateId: about(TEXT, "default: the account's first template"),
  scene: { oneOf: [SCENE, { type: 'string', pattern: '^\\d{1,5}$' }] },
  reserved: { type: 'string', pattern: '^[a-zA-Z0-9]{1,128}$' },
  redirectUrl: about(TEXT, 'when given, the answer carries redirectTo'),
};
export const SUBSCRIPTION_REQUEST_OPTIONAL = [
  'appId',
  'person',
  'openid',
  'templateId',
  'reserved',
  'redirectUrl',
];
