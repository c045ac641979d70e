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
import { PUSH_FORMATS, PUSH_MODES } from '../config/push-target.js';
import { TEMPLATE_TYPES } from '../config/subscribe-template.js';
import { POPUP_SCENES } from '../push/subscription-events.js';
import { SUBSCRIBE_FAIL_CODES } from '../subscribe/subscribe-fail.js';
import { OPEN_ANSWERS, REQUEST_ANSWERS } from '../subscribe/subscribe-results.js';
import { OPENID, TEXTS, TIME } from './schema-parts.js';

/** What an account says about messages of typed and of numbered keywords. */
export const TYPED_ACCOUNT_FIELDS: Record<string, Schema> = {
  subscribeTemplates: listOf(
    fields(
      {
        ...{ priTmplId: TEXT, title: TEXT },
        content: about(TEXT, 'one keyword a line: 课程:{{thing1.DATA}}'),
        example: TEXT,
        type: about({ ...oneOf(...TEMPLATE_TYPES), default: 2 }, '2 one-time, 3 long-term'),
        keywordEnumValueList: listOf(fields({ keywordCode: TEXT, enumValueList: TEXTS })),
        banned: about(FLAG, '43107'),
      },
      ...['example', 'type', 'keywordEnumValueList', 'banned'],
    ),
  ),
  formTemplates: listOf(fields({ templateId: TEXT, title: TEXT, keywords: TEXTS }, 'title')),
  pages: orNull(about(TEXTS, 'any other answers 41030')),
  subscribeBanned: about(FLAG, '43107, and 20005 to the client'),
  sentFailure: orNull(fields({ errorCode: WHOLE, errorStatus: TEXT })),
  push: orNull(
    fields(
      {
        ...{ url: TEXT, token: { type: 'string', pattern: '^[0-9a-zA-Z]{3,32}$' } },
        encodingAesKey: { type: 'string', pattern: '^[0-9a-zA-Z]{43}$' },
        format: { ...oneOf(...PUSH_FORMATS), default: 'xml' },
        mode: about(oneOf(...PUSH_MODES), 'default: safe with an encodingAesKey, else plain'),
      },
      ...['encodingAesKey', 'format', 'mode'],
    ),
  ),
};

/** What a message says about its keywords; none of it in one-time messages. */
export const TYPED_MESSAGE_FIELDS: Record<string, Schema> = {
  lines: listOf(
    fields(
      { key: TEXT, label: TEXT, value: TEXT, color: TEXT, emphasis: { const: true } },
      'color',
      'emphasis',
    ),
  ),
  data: { type: 'object', additionalProperties: { type: 'object' } },
  ...{ page: TEXT, msgId: TEXT, miniprogramState: TEXT, lang: TEXT, formId: TEXT, emphasisKeyword: TEXT },
};

const RECEIVER = {
  ...{ appId: TEXT, person: TEXT },
  openid: about(OPENID, 'instead of person; tells the account too'),
};
const RECEIVER_NAMES = Object.keys(RECEIVER);
const BY_TEMPLATE: Schema = about({ type: 'object', additionalProperties: TEXT }, 'by template id');

const request = (answers: readonly string[]): Schema =>
  fields(
    {
      ...RECEIVER,
      answers: about({ type: 'object', additionalProperties: oneOf(...answers) }, 'by template id'),
      popupScene: about(oneOf(...POPUP_SCENES), '0 page of a mini-program, 1 web page, 2 article'),
      alwaysKeep: about(FLAG, 'nothing pops up: choices that were kept, and no event'),
      fail: about(oneOf(...SUBSCRIBE_FAIL_CODES), 'the client fails with this code'),
    },
    ...[...RECEIVER_NAMES, 'popupScene', 'alwaysKeep', 'fail'],
  );

const result = (given: Schema): Schema =>
  fields(
    {
      result: { oneOf: [given, fields({ errMsg: TEXT, errCode: oneOf(...SUBSCRIBE_FAIL_CODES) })] },
      ...{ grantIds: BY_TEMPLATE, pushId: about(TEXT, 'the event, when there is a push address') },
    },
    'pushId',
  );

const PUSH_VALUE: Schema = { type: 'object', additionalProperties: {} };

export const SUBSCRIBE_SCHEMAS = {
  Receiver: fields(RECEIVER, ...RECEIVER_NAMES),
  SubscribeRequest: request(REQUEST_ANSWERS),
  OpenSubscribeRequest: request(OPEN_ANSWERS),
  RequestSubscribeResult: result({
    type: 'object',
    properties: { errMsg: { const: 'requestSubscribeMessage:ok' } },
    required: ['errMsg'],
    additionalProperties: oneOf(...REQUEST_ANSWERS),
  }),
  OpenSubscribeResult: result(
    fields({ errMsg: { const: 'subscribe:ok' }, subscribeDetails: about(TEXT, 'JSON inside JSON') }),
  ),
  SettingChange: fields(
    { ...RECEIVER, templateId: about(TEXT, 'default: the main switch'), on: FLAG },
    ...[...RECEIVER_NAMES, 'templateId'],
  ),
  SettingResult: fields({ revokedGrantIds: TEXTS, pushId: TEXT }, 'pushId'),
  SubscriptionsSetting: fields(
    {
      mainSwitch: FLAG,
      itemSettings: about(
        { type: 'object', additionalProperties: oneOf('accept', 'reject', 'ban') },
        'by template id; only what is kept or switched off',
      ),
    },
    'itemSettings',
  ),
  SubmittedForm: fields({ formId: TEXT, grantIds: TEXTS, expiresAt: TIME }),
  Payment: fields({ prepayId: TEXT, grantIds: TEXTS, expiresAt: TIME }),
  NewPushEvent: fields(
    {
      ...RECEIVER,
      event: TEXT,
      fields: about(PUSH_VALUE, 'as they are, in XML and JSON alike'),
      list: about(
        fields({ wrapper: TEXT, items: listOf(PUSH_VALUE) }),
        'items within the wrapper in XML, as List in JSON',
      ),
    },
    ...[...RECEIVER_NAMES, 'fields', 'list'],
  ),
  Push: fields({
    ...{ id: TEXT, appId: TEXT, openid: OPENID, event: TEXT, at: TIME },
    results: about(
      TEXTS,
      'of each delivery the HTTP status, 200 other where the body is no acknowledgement, or lost',
    ),
    settled: FLAG,
  }),
} satisfies Record<string, Schema>;
