import { data, emphasisKeyword, lang, miniprogramState, page } from './keyword.parts.js';
import type { Schema, Schemas } from './openapi.types.js';
import { appId, openid, templateId } from './parts.js';
import { SCHEMAS } from './schemas.js';

const sendMessage = SCHEMAS.SendMessage as { properties: Record<string, Schema> };
const { idempotencyKey, notBefore, deadline, channel, miniprogram } = sendMessage.properties;
const required = ['appId', 'openid', 'templateId', 'data'];
const request = { appId, openid, templateId, idempotencyKey, notBefore, deadline, channel };

/** What the channels besides the one-time one take, and what their messages show. */
export const CHANNEL_SCHEMAS: Schemas = {
  SendMiniSubscribe: {
    type: 'object',
    description: 'Subscription message of a mini-program (channel mini-subscribe)',
    additionalProperties: false,
    required,
    properties: { ...request, data, page, miniprogramState, lang },
  },
  SendServiceNotice: {
    type: 'object',
    description: 'Subscription notice of an official account (channel service-notice)',
    additionalProperties: false,
    required,
    properties: { ...request, data, page, miniprogram, miniprogramState, lang },
  },
  SendMiniTemplate: {
    type: 'object',
    description: 'Template message of a mini-program (channel mini-template, retired by WeChat)',
    additionalProperties: false,
    required,
    properties: { ...request, data, page, emphasisKeyword },
  },
};
