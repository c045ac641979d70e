import { data, emphasisKeyword, lang, miniprogramState, page } from './keyword.parts.js';
import type { Schema, Schemas } from './openapi.types.js';
import { appId, moment, openid, purpose, scene, state, templateId } from './parts.js';

const content: Schema = {
  type: 'object',
  description: 'The text of the message',
  required: ['value'],
  properties: {
    value: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description: 'Counted in Unicode code points; \\n breaks the line',
      example: '高等数学 8:50 开始\n教室 A-301',
    },
    color: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$', example: '#173177' },
  },
};

const miniprogram: Schema = {
  type: 'object',
  description: 'The mini-program page that a tap opens; official accounts only',
  required: ['appId', 'pagepath'],
  properties: { appId, pagepath: { type: 'string', maxLength: 1024, example: 'pages/course?id=42' } },
};

const title: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 15,
  example: '上课提醒',
  description: 'Counted in Unicode code points',
};
const url: Schema = { type: 'string', format: 'uri', maxLength: 2048, description: 'Opened by a tap' };
const channel: Schema = {
  type: 'string',
  enum: ['one-time', 'mini-subscribe', 'service-notice', 'mini-template'],
  description: 'Without it, that of the template',
};

const templateIds: Schema = {
  type: 'array',
  minItems: 1,
  maxItems: 5,
  uniqueItems: true,
  items: templateId,
};
const answer: Schema = { type: 'string', enum: ['confirmed', 'cancelled'] };

/** Bodies and answers. A test holds them against the DTOs and against real answers. */
export const SCHEMAS: Schemas = {
  CreateIntent: {
    type: 'object',
    additionalProperties: false,
    required: ['appId', 'templateId'],
    oneOf: [{ required: ['scene'] }, { required: ['purpose'] }],
    properties: { appId, templateId, scene, purpose },
  },
  Intent: {
    type: 'object',
    description: 'What the app passes to the SDK of WeChat',
    required: ['appId', 'templateId', 'scene', 'reserved', 'expiresAt'],
    properties: { appId, templateId, scene, reserved: state, expiresAt: moment },
  },
  IntentResult: {
    type: 'object',
    description: "The fields of the SDK's Resp",
    additionalProperties: false,
    required: ['reserved', 'action', 'templateId', 'scene'],
    properties: {
      reserved: state,
      action: { type: 'string', enum: ['confirm', 'cancel'] },
      templateId,
      scene,
      openid: { ...openid, nullable: true, description: 'Required when action is "confirm"' } as Schema,
      errCode: {
        type: 'integer',
        minimum: -1000,
        maximum: 1000,
        nullable: true,
        description: '0 ok, -2 the user cancelled',
      },
    },
  },
  IntentOutcome: {
    type: 'object',
    required: ['status', 'appId', 'templateId', 'scene'],
    properties: { status: answer, appId, templateId, scene },
  },
  CreateSubscribeIntents: {
    type: 'object',
    additionalProperties: false,
    required: ['appId', 'templateIds'],
    properties: { appId, templateIds },
  },
  SubscribeIntents: {
    type: 'object',
    required: ['appId', 'templateIds', 'state', 'expiresAt'],
    properties: { appId, templateIds, state, expiresAt: moment },
  },
  SubscribeResult: {
    type: 'object',
    additionalProperties: false,
    required: ['state', 'result'],
    properties: {
      state,
      result: {
        type: 'object',
        description:
          'As it was got: what wx.requestSubscribeMessage resolved or failed with, or event.detail of <wx-open-subscribe>',
        example: {
          errMsg: 'requestSubscribeMessage:ok',
          '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc': 'accept',
        },
      },
    },
  },
  SubscribeOutcome: {
    type: 'object',
    required: ['appId', 'results'],
    properties: {
      appId,
      results: { type: 'object', description: 'By template id', additionalProperties: answer },
    },
  },
  FormId: {
    type: 'object',
    additionalProperties: false,
    required: ['appId', 'openid'],
    oneOf: [{ required: ['formId'] }, { required: ['prepayId'] }],
    properties: {
      appId,
      openid,
      formId: { type: 'string', pattern: '^[\\w-]{1,64}$', description: 'Of a submitted form: one message' },
      prepayId: {
        type: 'string',
        pattern: '^[\\w-]{1,64}$',
        description: 'Of a completed payment: three messages',
      },
      submittedAt: { ...moment, description: 'Less than 7 days ago; without it, now' } as Schema,
      subject: { type: 'string', minLength: 1, maxLength: 128, description: "The host's id of the user" },
    },
  },
  FormIdReply: {
    type: 'object',
    required: ['status'],
    properties: { status: { type: 'string', enum: ['recorded', 'duplicate'] } },
  },
  RefreshToken: {
    type: 'object',
    additionalProperties: false,
    required: ['accessToken'],
    properties: {
      accessToken: { type: 'string', maxLength: 512, description: 'The token that WeChat refused' },
    },
  },
  Token: {
    type: 'object',
    required: ['accessToken', 'expiresIn', 'expiresAt'],
    properties: {
      accessToken: { type: 'string' },
      expiresIn: { type: 'integer', description: 'Whole seconds that remain' },
      expiresAt: moment,
    },
  },
  SendMessage: {
    type: 'object',
    example: {
      appId: 'wxaba38c7f163da69b',
      openid: 'oABC-the_openid_that_the_confirm_brought',
      templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
      scene: 42,
      title: '上课提醒',
      content: { value: '高等数学 8:50 开始\n教室 A-301', color: '#173177' },
      url: 'https://remind.example.com/courses/42',
    },
    additionalProperties: false,
    required: ['appId', 'openid', 'templateId', 'scene', 'title', 'content'],
    properties: {
      appId,
      openid,
      templateId,
      scene,
      title,
      content,
      url,
      miniprogram,
      idempotencyKey: {
        type: 'string',
        pattern: '^[!-~]{1,128}$',
        description: 'The same key with the same message gives the first outcome and sends nothing',
      },
      notBefore: {
        ...moment,
        description: 'Defers the message: it is sent then, or soon after; less than a year ahead',
      },
      deadline: { ...moment, description: 'Defers the message, too: it is not sent any more from then on' },
      channel,
    },
  },
  Message: {
    type: 'object',
    required: ['id', 'appId', 'openid', 'templateId', 'scene', 'channel', 'status', 'acceptedAt'],
    properties: {
      id: { type: 'string', format: 'uuid' },
      appId,
      openid,
      templateId,
      scene,
      channel,
      status: { type: 'string', enum: ['waiting', 'sending', 'sent', 'refused', 'failed', 'unknown'] },
      title,
      content,
      url,
      miniprogram,
      data,
      page,
      miniprogramState,
      lang,
      emphasisKeyword,
      errcode: { type: 'integer', description: "WeChat's code, where WeChat spoke" },
      errmsg: { type: 'string' },
      rid: { type: 'string', description: "WeChat's id of the request" },
      msgid: { type: 'string', description: "WeChat's id of the message, of the channels that answer one" },
      reason: { type: 'string', description: 'Our words for an outcome without an errcode' },
      idempotencyKey: { type: 'string' },
      requestedBy: { type: 'string', description: 'Name of the service key' },
      acceptedAt: moment,
      notBefore: { ...moment, description: 'Of deferred messages only' },
      deadline: moment,
      dueAt: { ...moment, description: 'When a worker takes it next' },
      settledAt: moment,
    },
  },
  Grants: {
    type: 'object',
    required: ['available', 'grants'],
    properties: {
      available: {
        type: 'integer',
        description: 'How many messages may be sent now, under all scenes that were asked about',
      },
      grants: {
        type: 'array',
        description: 'The newest 100, newest first',
        items: {
          type: 'object',
          required: ['id', 'scene', 'status', 'proof', 'grantedAt'],
          properties: {
            id: { type: 'string', format: 'uuid' },
            scene: { type: 'integer', description: '0 where the channel has none' },
            status: {
              type: 'string',
              enum: ['available', 'claimed', 'spent', 'void', 'unknown', 'renewed', 'expired'],
            },
            proof: {
              type: 'string',
              enum: ['bound', 'signed', 'unproven'],
              description:
                'How well the openid is known: the host says so, an event that WeChat signed names it, or a browser said so',
            },
            grantedAt: moment,
            expiresAt: moment,
            closedAt: moment,
            messageId: { type: 'string', format: 'uuid' },
          },
        },
      },
    },
  },
  ProblemDetails: {
    type: 'object',
    description: 'RFC 9457',
    example: {
      type: 'urn:weixin-subscribe:problem:no-grant',
      title: 'There is no permission to send',
      status: 409,
      detail: 'openid "oABC" has given no unused permission',
      code: 'WEIXIN_NO_GRANT',
      remedy: 'Ask the user to subscribe again; one confirm gives one message.',
    },
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { type: 'string', description: 'Stable; branch on this', example: 'WEIXIN_NO_GRANT' },
      remedy: { type: 'string', description: 'What to do next' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['field', 'message'],
          properties: { field: { type: 'string' }, message: { type: 'string' } },
        },
      },
      errcode: { type: 'integer' },
      errmsg: { type: 'string' },
      rid: { type: 'string' },
      messageId: { type: 'string' },
      outcome: { type: 'string' },
      retryAfterSeconds: { type: 'integer' },
    },
  },
  Remind: {
    type: 'object',
    required: ['appId', 'openid', 'templateId', 'idempotencyKey'],
    properties: { appId, openid, templateId, idempotencyKey: { type: 'string', maxLength: 64 } },
  },
  PlayClient: { type: 'object', required: ['openid', 'templateId'], properties: { openid, templateId } },
  SendChannelMessage: {
    type: 'object',
    description:
      'And a field for each keyword of the template, named as an error names it: data.thing1.value',
    required: ['openid', 'templateId', 'idempotencyKey'],
    properties: { openid, templateId, idempotencyKey: { type: 'string', maxLength: 64 } },
    additionalProperties: { type: 'string' },
  },
};
