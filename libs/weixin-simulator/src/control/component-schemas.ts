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
import { CARD_SCHEMAS } from './card-schemas.js';
import {
  ACTION,
  CHANNEL,
  FAMILY,
  FAULT_OPTIONS,
  OPENID,
  OPENIDS,
  SCENE,
  SUBSCRIPTION_REQUEST,
  SUBSCRIPTION_REQUEST_OPTIONAL,
  sdkResponse,
  TEXTS,
  TIME,
} from './schema-parts.js';
import { SUBSCRIBE_SCHEMAS, TYPED_ACCOUNT_FIELDS, TYPED_MESSAGE_FIELDS } from './subscribe-schemas.js';

/** Everything the control API takes and gives, by name. A test holds them against real answers. */
export const COMPONENT_SCHEMAS = {
  Done: fields({ ok: { const: true } }),
  Problem: { type: 'object', properties: { error: TEXT }, required: ['error'] },
  Clock: fields({ now: TIME }),
  State: fields({
    ...{ url: TEXT, now: TIME },
    accounts: listOf(
      fields({
        ...{ appId: TEXT, kind: oneOf(...ACCOUNT_KINDS), name: TEXT },
        ...{ templates: TEXTS, subscribeTemplates: TEXTS, formTemplates: TEXTS },
      }),
    ),
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
    ...{ jsDomains: TEXTS, oauthDomains: TEXTS, snapshotUsers: FLAG, callbackUnreachable: FLAG },
    openPlatform: orNull(TEXT),
    apiSecurity: orNull(about(anyFields({}), 'of a mini-program')),
    ...TYPED_ACCOUNT_FIELDS,
    ...BEHAVIOUR_SCHEMAS,
  }),
  SubscriptionRequest: fields(SUBSCRIPTION_REQUEST, ...SUBSCRIPTION_REQUEST_OPTIONAL),
  SdkSubscriptionRequest: fields(
    { ...SUBSCRIPTION_REQUEST, answer: { ...ACTION, default: 'confirm' } },
    ...[...SUBSCRIPTION_REQUEST_OPTIONAL, 'answer'],
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
      ...{ id: TEXT, channel: CHANNEL, appId: TEXT, openid: OPENID, templateId: TEXT },
      ...{ scene: orNull(SCENE), title: TEXT },
      content: fields({ value: TEXT, color: TEXT }, 'color'),
      ...{ url: TEXT, miniprogram: fields({ appid: TEXT, pagepath: TEXT }), receivedAt: TIME, grantId: TEXT },
      ...{ place: oneOf('service-notification', 'account-chat'), ...TYPED_MESSAGE_FIELDS },
    },
    ...['url', 'miniprogram', ...Object.keys(TYPED_MESSAGE_FIELDS)],
  ),
  Grant: fields(
    {
      ...{ id: TEXT, channel: CHANNEL, appId: TEXT, openid: OPENID },
      templateId: about(TEXT, 'empty for mini-template'),
      scene: about(orNull(SCENE), 'of one-time alone'),
      ...{ formId: TEXT, longTerm: { const: true } },
      status: oneOf('outstanding', 'used', 'revoked', 'expired'),
      ...{ confirmedAt: TIME, confirms: WHOLE, expiresAt: orNull(TIME), usedAt: orNull(TIME) },
    },
    ...['formId', 'longTerm'],
  ),
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
  ...SUBSCRIBE_SCHEMAS,
  ...CARD_SCHEMAS,
} satisfies Record<string, Schema>;

export type ComponentName = keyof typeof COMPONENT_SCHEMAS;

export function component(name: ComponentName): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
