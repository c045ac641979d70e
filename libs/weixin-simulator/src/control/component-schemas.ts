import {
  about,
  anyFields,
  FLAG,
  fields,
  listOf,
  NUMBER,
  oneOf,
  orNull,
  type Schema,
  TALLY,
  TEXT,
  WHOLE,
} from '../common/json-schema.js';
import { BEHAVIOUR_SCHEMAS } from '../config/behaviour.js';
import { ACCOUNT_KINDS, TOKEN_REFUSALS } from '../config/options.js';
import { FAULT_KINDS } from '../fault/fault.js';
import { TOKEN_FAMILIES } from '../token/access-token.js';

const TIME = about(NUMBER, 'milliseconds since the epoch, on the clock of the simulator');
const OPENID = { type: 'string', pattern: '^o[\\w-]{27}$' };
const SCENE = { type: 'integer', minimum: 0, maximum: 10_000 };
const ACTION = oneOf('confirm', 'cancel');
const FAMILY = oneOf(...TOKEN_FAMILIES);
const OPENIDS = about({ type: 'object', additionalProperties: OPENID }, 'by appId');
const TEXTS = listOf(TEXT);

const sdkResponse = (templateField: string, extra: Record<string, Schema> = {}): Schema =>
  fields({
    ...{ errCode: oneOf(0, -2), errStr: orNull(TEXT), action: ACTION, scene: SCENE },
    ...{ reserved: orNull(TEXT), openId: orNull(OPENID), [templateField]: TEXT, ...extra },
  });

const FAULT_OPTIONS = {
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
  delayMs: about({ type: 'number', minimum: 0, maximum: 3_600_000, default: 1000 }, 'latency and slow-body'),
  status: about({ type: 'integer', minimum: 200, maximum: 599 }, 'status, html and empty'),
  errcode: about({ type: 'integer', default: -1 }, 'errcode'),
  errmsg: about(TEXT, "errcode; default: WeChat's text"),
  family: about(FAMILY, 'kill-token (default both) and mint-behind-back (default token)'),
  moveMs: about({ type: 'number', default: 7_200_000 }, 'clock-jump'),
};

const QUESTION = {
  appId: TEXT,
  person: TEXT,
  openid: about(OPENID, 'instead of person; tells the account too'),
  templateId: about(TEXT, "default: the account's first template"),
  scene: { oneOf: [SCENE, { type: 'string', pattern: '^\\d{1,5}$' }] },
  reserved: { type: 'string', pattern: '^[a-zA-Z0-9]{1,128}$' },
  redirectUrl: about(TEXT, 'when given, the answer carries redirectTo'),
};
const QUESTION_OPTIONAL = ['appId', 'person', 'openid', 'templateId', 'reserved', 'redirectUrl'];

/** Everything the control API takes and gives, by name. A test holds them against real answers. */
export const COMPONENT_SCHEMAS = {
  Done: fields({ ok: { const: true } }),
  Problem: { type: 'object', properties: { error: TEXT }, required: ['error'] },
  Clock: fields({ now: TIME }),
  State: fields({
    ...{ url: TEXT, now: TIME },
    accounts: listOf(fields({ appId: TEXT, kind: oneOf(...ACCOUNT_KINDS), name: TEXT, templates: TEXTS })),
    people: listOf(fields({ name: TEXT, openids: OPENIDS })),
  }),
  NewPerson: {
    oneOf: [TEXT, fields({ name: TEXT, openids: OPENIDS, follows: TEXTS }, 'openids', 'follows')],
  },
  AccountChanges: anyFields({
    ...{ appSecret: TEXT, name: TEXT, templates: TEXTS, otherTemplates: TEXTS, businessDomains: TEXTS },
    ...{ ipWhitelist: orNull(TEXTS), associatedMiniPrograms: TEXTS },
    ...{ secretFrozen: FLAG, unauthorized: FLAG, banned: FLAG, limited: FLAG },
    tokenRefusal: { enum: [...TOKEN_REFUSALS, null] },
    push: orNull(fields({ url: TEXT, token: { type: 'string', pattern: '^[0-9a-zA-Z]{3,32}$' } })),
    ...BEHAVIOUR_SCHEMAS,
  }),
  Question: fields(QUESTION, ...QUESTION_OPTIONAL),
  SdkQuestion: fields(
    { ...QUESTION, answer: { ...ACTION, default: 'confirm' } },
    ...[...QUESTION_OPTIONAL, 'answer'],
  ),
  Tap: fields(
    {
      url: about(TEXT, 'a confirm address, #wechat_redirect included'),
      answer: ACTION,
      person: about(TEXT, 'default: the first'),
    },
    'person',
  ),
  SdkResponses: fields({
    canonical: sdkResponse('templateId'),
    ios: about(sdkResponse('templateId'), 'WXSubscribeMsgResp'),
    android: about(sdkResponse('templateID', { type: { const: 18 } }), 'SubscribeMessage.Resp'),
  }),
  PersonAnswer: fields(
    {
      ...{
        action: ACTION,
        appId: TEXT,
        openid: about(OPENID, 'absent on cancel'),
        templateId: TEXT,
        scene: SCENE,
      },
      ...{ reserved: TEXT, grantId: about(TEXT, 'absent on cancel'), query: TEXT, redirectTo: TEXT },
      sdk: { $ref: '#/components/schemas/SdkResponses' },
      bentBy: about(oneOf(...FAULT_KINDS), 'the fault that bent query, redirectTo and sdk'),
    },
    ...['openid', 'reserved', 'grantId', 'redirectTo', 'bentBy'],
  ),
  Message: fields(
    {
      ...{ id: TEXT, appId: TEXT, openid: OPENID, templateId: TEXT, scene: SCENE, title: TEXT },
      content: fields({ value: TEXT, color: TEXT }, 'color'),
      ...{ url: TEXT, miniprogram: fields({ appid: TEXT, pagepath: TEXT }), receivedAt: TIME, grantId: TEXT },
      place: oneOf('service-notification', 'account-chat'),
    },
    ...['url', 'miniprogram'],
  ),
  Grant: fields({
    ...{ id: TEXT, appId: TEXT, openid: OPENID, templateId: TEXT, scene: SCENE },
    status: oneOf('outstanding', 'used', 'revoked', 'expired'),
    ...{ confirmedAt: TIME, confirms: WHOLE, expiresAt: orNull(TIME), usedAt: orNull(TIME) },
  }),
  Counters: fields({
    ...{ mints: TALLY, sends: TALLY, answers: TALLY, calls: TALLY, pushes: TALLY },
    errcodes: { type: 'object', additionalProperties: TALLY },
    ...{ deliveriesPerGrant: TALLY, maxDeliveriesPerGrant: WHOLE },
  }),
  Call: fields({
    ...{ id: WHOLE, at: TIME, method: TEXT, path: TEXT },
    query: { type: 'object', additionalProperties: TEXT },
    body: about({}, 'parsed JSON, or text, or null'),
    ...{ ip: TEXT, appId: orNull(TEXT), openid: orNull(TEXT) },
    status: about(orNull(WHOLE), 'null when no answer left the simulator'),
    answer: about({}, 'what was answered, or would have been'),
    ...{ errcode: orNull(WHOLE), rid: orNull(TEXT), costMs: NUMBER, faults: listOf(oneOf(...FAULT_KINDS)) },
  }),
  NewFault: fields(FAULT_OPTIONS, ...Object.keys(FAULT_OPTIONS).filter((name) => name !== 'kind')),
  Fault: fields(
    { ...FAULT_OPTIONS, id: TEXT, whenStated: FLAG, used: about(WHOLE, 'calls it has bent so far') },
    ...['path', 'appId', 'openid', 'errmsg', 'family'],
  ),
  Token: fields({
    ...{ appId: TEXT, family: FAMILY, masked: TEXT, mintedAt: TIME, endsAt: TIME },
    state: oneOf('live', 'dead', 'expired'),
  }),
} satisfies Record<string, Schema>;

export type ComponentName = keyof typeof COMPONENT_SCHEMAS;

export function component(name: ComponentName): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
