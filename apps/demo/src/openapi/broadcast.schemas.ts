import type { Schema, Schemas } from './openapi.types.js';
import { appId, moment, openid, purpose, scene, templateId } from './parts.js';
import { SCHEMAS } from './schemas.js';

const { url, miniprogram } = (SCHEMAS.SendMessage as { properties: Record<string, Schema> }).properties;

const channel: Schema = { type: 'string', enum: ['one-time'], default: 'one-time' };
const id: Schema = { type: 'string', format: 'uuid' };
const count = (description?: string): Schema => ({ type: 'integer', minimum: 0, description });
const FILLED = 'Once its {{placeholders}} are filled';

const title: Schema = { type: 'string', description: `1–15 characters. ${FILLED}`, example: '上课提醒' };
const content: Schema = {
  type: 'object',
  required: ['value'],
  properties: {
    value: {
      type: 'string',
      description: `1–200 characters. ${FILLED}`,
      example: '{{name}}，高等数学 8:50 开始\n教室 A-301',
    },
    color: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$', example: '#173177' },
  },
};
const renderer: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: 'In place of title and content: the name of a renderer of the host',
};
const rate: Schema = {
  type: 'integer',
  minimum: 1,
  maximum: 100_000,
  description: "Messages per second, at most; the account's own rate holds as well",
};
const times: Record<string, Schema> = {
  notBefore: { ...moment, description: 'It begins then, or soon after' },
  deadline: { ...moment, description: 'From then on nothing more is sent' },
};
const status: Schema = {
  type: 'string',
  enum: ['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled'],
};
const pause: Record<string, Schema> = {
  pauseCause: {
    type: 'string',
    enum: ['person', 'quota', 'quiet-hours', 'refused', 'account', 'trouble', 'renderer'],
  },
  reason: { type: 'string', description: 'Why it is paused, or why it ended early' },
  resumesAt: { ...moment, description: 'When a pause ends by itself' },
};
const lists = {
  invalid: count('Recipients whose row was wrong'),
  duplicates: count('Rows that named somebody again'),
  noGrant: count('Recipients without an unused permission when their turn came'),
};

const unproven: Schema = {
  type: 'object',
  description: 'What of it rests on openids that are not proven',
  required: ['claimed', 'sent', 'refused', 'failed', 'unknown'],
  properties: { claimed: count(), sent: count(), refused: count(), failed: count(), unknown: count() },
};

const progress: Schema = {
  type: 'object',
  description: 'claimed = inFlight + sent + refused + failed + unknown',
  required: [
    'id',
    'status',
    'claimed',
    'inFlight',
    'sent',
    'refused',
    'failed',
    'unknown',
    'unproven',
    'rate',
  ],
  properties: {
    id,
    status,
    ...pause,
    total: count('How many people it is for; who confirms while it runs comes on top'),
    claimed: count('Messages that there are'),
    inFlight: count(),
    sent: count(),
    refused: count(),
    failed: count(),
    unknown: count(),
    unproven,
    ...lists,
    remaining: count('People still to be written to'),
    rate: { type: 'number', description: 'Messages per second since it was started or resumed' },
    etaSeconds: count('Until nobody remains, at that rate'),
  },
};

const broadcast: Schema = {
  type: 'object',
  required: ['id', 'appId', 'templateId', 'channel', 'audience', 'status', 'recipients', 'createdAt'],
  properties: {
    id,
    appId,
    templateId,
    channel,
    audience: { type: 'string', enum: ['scene', 'recipients'] },
    scene,
    purpose,
    status,
    title,
    content,
    url,
    miniprogram,
    renderer,
    idempotencyKey: { type: 'string' },
    requestedBy: { type: 'string', description: 'Name of the service key' },
    rate,
    ...times,
    total: count('How many people it was for when it was started'),
    recipients: count('Recipients that were supplied'),
    ...lists,
    ...pause,
    createdAt: moment,
    startedAt: moment,
    endedAt: moment,
    progress,
  },
};

/** Bodies and answers of the doors for broadcasts. */
export const BROADCAST_SCHEMAS: Schemas = {
  StartBroadcast: {
    type: 'object',
    description:
      'For everybody under one scene, or for recipients. With title and content, or with a renderer',
    additionalProperties: false,
    example: {
      appId: 'wxaba38c7f163da69b',
      templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
      scene: 42,
      title: '上课提醒',
      content: { value: '高等数学 8:50 开始\n教室 A-301' },
      idempotencyKey: 'class-42-2026-11-20',
    },
    required: ['appId', 'templateId'],
    properties: {
      appId,
      templateId,
      scene,
      purpose,
      title,
      content,
      url,
      miniprogram,
      renderer,
      rate,
      ...times,
      idempotencyKey: {
        type: 'string',
        pattern: '^[!-~]{1,128}$',
        description: 'The same key with the same broadcast gives the first one and starts nothing',
      },
      channel,
      recipients: {
        type: 'array',
        maxItems: 1000,
        description: 'Longer lists follow to /weixin/broadcasts/{id}/recipients, with draft',
        items: {
          oneOf: [
            openid,
            {
              type: 'object',
              required: ['openid'],
              properties: {
                openid,
                fields: { type: 'object', description: 'Fills the placeholders; at most 50' },
              },
            },
          ],
        } as Schema,
      },
      draft: { type: 'boolean', description: 'Only writes it down, until /weixin/broadcasts/{id}/start' },
    },
  },
  Broadcast: broadcast,
  Broadcasts: {
    type: 'object',
    required: ['broadcasts'],
    properties: {
      broadcasts: { type: 'array', description: 'Newest first, without progress', items: broadcast },
    },
  },
  BroadcastProgress: progress,
  BroadcastPreview: {
    type: 'object',
    required: ['matching', 'samples'],
    properties: {
      matching: count('People who would get a message now'),
      recipients: {
        type: 'object',
        description: 'Of a list only',
        required: ['rows', 'invalid', 'duplicates', 'noGrant'],
        properties: { rows: count(), ...lists },
      },
      wrong: {
        type: 'array',
        description: 'What is wrong with the first ten invalid rows',
        items: {
          type: 'object',
          required: ['openid', 'reason'],
          properties: { openid, reason: { type: 'string' } },
        },
      },
      samples: {
        type: 'array',
        description: 'What the first three people would be told',
        items: {
          type: 'object',
          required: ['openid'],
          properties: {
            openid,
            content: {
              type: 'object',
              required: ['title', 'content'],
              properties: { title, content, url, miniprogram },
            },
            wrong: { type: 'string', description: 'Why nothing would be sent to them' },
            limits: {
              type: 'array',
              items: {
                type: 'object',
                required: ['field', 'length', 'limit'],
                properties: {
                  field: { type: 'string', enum: ['title', 'content.value'] },
                  length: count('In Unicode code points'),
                  limit: count(),
                },
              },
            },
          },
        },
      },
      ratePerSecond: count('At most'),
      estimatedSeconds: count('At that rate, pauses for the quota included'),
      quota: {
        type: 'object',
        description: "WeChat's quota of sends today, where WeChat said it",
        required: ['dailyLimit', 'used', 'remaining', 'asOf'],
        properties: {
          dailyLimit: count(),
          used: count(),
          remaining: count(),
          asOf: { ...moment, description: 'When WeChat was asked: at most a minute ago' },
        },
      },
    },
  },
  BroadcastHistory: {
    type: 'object',
    required: ['events'],
    properties: {
      events: {
        type: 'array',
        description: 'Oldest first',
        items: {
          type: 'object',
          required: ['action', 'at'],
          properties: {
            action: {
              type: 'string',
              enum: ['created', 'started', 'began', 'paused', 'resumed', 'finished', 'cancelled'],
            },
            at: moment,
            requestedBy: { type: 'string', description: 'Absent for what the library did by itself' },
            reason: { type: 'string' },
          },
        },
      },
    },
  },
  BroadcastWord: {
    type: 'object',
    additionalProperties: false,
    properties: {
      reason: { type: 'string', minLength: 1, maxLength: 255, description: 'For the record' },
    },
  },
  StartClassBroadcast: {
    type: 'object',
    required: ['appId', 'templateId', 'idempotencyKey'],
    properties: { appId, templateId, idempotencyKey: { type: 'string', maxLength: 64 } },
  },
};
