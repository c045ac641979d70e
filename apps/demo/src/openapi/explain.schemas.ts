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

const bilingual: Schema = {
  type: 'object',
  required: ['en', 'zh'],
  properties: { en: { type: 'string' }, zh: { type: 'string' } },
};

const KINDS = ['refused', 'one-per-scene', 'not-sent-was-sent', 'openid-unusable', 'unknown-was-sent'];

const unproven: Schema = {
  type: 'integer',
  description: 'How many of them rest on an openid that is not proven',
};
const rate: Schema = { type: 'number', minimum: 0, maximum: 1 };

const driftCount: Schema = {
  type: 'object',
  required: ['count', 'unproven', 'rate'],
  properties: { count: { type: 'integer' }, unproven, rate, firstAt: moment, lastAt: moment },
};

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
                'accepted',
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
            meaning: bilingual,
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
            messages: countsOf('waiting', 'sending', 'sent', 'refused', 'failed', 'unknown'),
          },
        },
      },
    },
  },
  Drift: {
    type: 'object',
    required: ['appId', 'grantRule', 'since', 'until', 'templates', 'findings'],
    properties: {
      appId,
      grantRule: { type: 'string', enum: ['set', 'count'] },
      since: moment,
      until: moment,
      templates: {
        type: 'array',
        items: {
          type: 'object',
          required: ['templateId', 'settled', 'answered', 'unproven', 'drift', 'refusedWith'],
          properties: {
            templateId,
            settled: { type: 'integer', description: 'Messages with an outcome' },
            answered: { type: 'integer', description: 'Accepted by WeChat, or refused for the person' },
            unproven: driftCount,
            drift: {
              type: 'object',
              required: KINDS,
              properties: Object.fromEntries(KINDS.map((kind) => [kind, driftCount])),
            },
            refusedWith: {
              type: 'array',
              items: {
                type: 'object',
                required: ['errcode', 'count', 'meaning'],
                properties: { errcode: { type: 'integer' }, count: { type: 'integer' }, meaning: bilingual },
              },
            },
          },
        },
      },
      findings: {
        type: 'array',
        description: 'The most frequent first; empty where the ledger and WeChat agree',
        items: {
          type: 'object',
          required: ['kind', 'templateId', 'count', 'rate', 'says', 'remedy'],
          properties: {
            kind: { type: 'string', enum: KINDS },
            templateId,
            count: { type: 'integer' },
            rate,
            says: bilingual,
            remedy: bilingual,
          },
        },
      },
    },
  },
};
