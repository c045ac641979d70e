import type { Schema, Schemas } from './openapi.types.js';
import { appId, day, moment, openid, scene, templateId } from './parts.js';

const id: Schema = { type: 'string', format: 'uuid' };

/** A number for each word. */
function countsOf(...words: string[]): Schema {
  return {
    type: 'object',
    required: words,
    properties: Object.fromEntries(words.map((word) => [word, { type: 'integer' }])),
  };
}

export const EXPLAIN_SCHEMAS: Schemas = {
  History: {
    type: 'object',
    required: ['events'],
    properties: {
      cursor: { type: 'string', description: 'For the next page; absent on the last one' },
      events: {
        type: 'array',
        description: 'Newest first',
        items: {
          type: 'object',
          required: ['type', 'at', 'appId', 'templateId', 'scene'],
          properties: {
            type: {
              type: 'string',
              enum: [
                'asked',
                'confirmed',
                'cancelled',
                'unanswered',
                'granted',
                'renewed',
                'voided',
                'expired',
                'claimed',
                'sent',
                'refused',
                'failed',
                'unknown',
                'resolved',
              ],
            },
            at: moment,
            appId,
            openid,
            templateId,
            scene,
            channel: { type: 'string' },
            intentId: id,
            grantId: id,
            messageId: id,
            subject: { type: 'string', description: "The host's id of the user" },
            source: { type: 'string', description: 'What gave the permission' },
            requestedBy: { type: 'string', description: 'Name of the service key' },
            outcome: { type: 'string', enum: ['sent', 'failed'], description: 'As what it was resolved' },
            errcode: { type: 'integer', description: "WeChat's code, where WeChat spoke" },
            errclass: { type: 'string' },
            errmsg: { type: 'string' },
            rid: { type: 'string', description: "WeChat's id of the request" },
            meaning: {
              type: 'object',
              required: ['en', 'zh'],
              properties: { en: { type: 'string' }, zh: { type: 'string' } },
            },
            reason: { type: 'string', description: 'Our words for an outcome without an errcode' },
          },
        },
      },
    },
  },
  Counts: {
    type: 'object',
    required: ['counts'],
    properties: {
      counts: {
        type: 'array',
        description: 'Only what there is; days, then templates, then scenes in order',
        items: {
          type: 'object',
          required: ['day', 'templateId', 'scene', 'grants', 'messages'],
          properties: {
            day,
            templateId,
            scene,
            grants: countsOf('available', 'claimed', 'spent', 'void', 'unknown', 'renewed', 'expired'),
            messages: countsOf('sending', 'sent', 'refused', 'failed', 'unknown'),
          },
        },
      },
    },
  },
};
