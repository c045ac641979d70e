import type { Schema, Schemas } from './openapi.types.js';
import { appId, openid, templateId } from './parts.js';

const idempotencyKey: Schema = { type: 'string', maxLength: 64 };

/** The forms of the pages. */
export const SCHEMAS: Schemas = {
  Remind: {
    type: 'object',
    required: ['appId', 'openid', 'templateId', 'idempotencyKey'],
    properties: { appId, openid, templateId, idempotencyKey },
  },
  StartClassBroadcast: {
    type: 'object',
    required: ['appId', 'templateId', 'idempotencyKey'],
    properties: { appId, templateId, idempotencyKey },
  },
  PlayClient: { type: 'object', required: ['openid', 'templateId'], properties: { openid, templateId } },
  SendChannelMessage: {
    type: 'object',
    description:
      'And a field for each keyword of the template, named as an error names it: data.thing1.value',
    required: ['openid', 'templateId', 'idempotencyKey'],
    properties: { openid, templateId, idempotencyKey },
    additionalProperties: { type: 'string' },
  },
};
