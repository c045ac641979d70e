import { type Operation, type Paths, schemaRef } from './openapi.types.js';
import { appId, json, jsonBody, path, problems, query, SERVICE_KEY } from './parts.js';

const tags = ['Broadcast 群发'];
const security = [{ [SERVICE_KEY]: [] }];
const noKey = { 401: 'No valid service key' };
const refused = { ...noKey, 403: 'The client lacks the scope, or may not use this account' };
const missing = {
  ...noKey,
  403: 'The client lacks the scope',
  404: 'No such broadcast, or one of an account that the client may not use',
};
const parameters = [path('id', { type: 'string', format: 'uuid' })];

const say = (summary: string, done: string, when: string): Operation => ({
  tags,
  summary,
  security,
  parameters,
  requestBody: {
    required: false,
    content: { 'application/json': { schema: schemaRef('BroadcastWord') } },
  },
  responses: {
    200: json(done, 'Broadcast'),
    ...problems({ 400: 'Not an id, or invalid input', ...missing, 409: when }),
  },
});

/** The doors to say one thing to everybody who asked. */
export const BROADCAST_PATHS: Paths = {
  '/weixin/broadcasts': {
    post: {
      tags,
      summary: 'One content to everybody who asked',
      description: 'Each person gets one message at most, for one permission. It goes on in the background.',
      security,
      requestBody: jsonBody('StartBroadcast'),
      responses: {
        201: json('It is started, or a draft', 'Broadcast'),
        ...problems({
          400: 'Invalid input',
          ...refused,
          404: 'Unknown account, template or purpose',
          409: 'The idempotency key is taken',
        }),
      },
    },
    get: {
      tags,
      summary: 'The broadcasts of an account, newest first',
      security,
      parameters: [
        query('appId', appId),
        query(
          'status',
          { type: 'string', enum: ['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled'] },
          undefined,
          false,
        ),
        query('before', { type: 'string', format: 'uuid' }, 'The last one of the page before', false),
        query('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, undefined, false),
      ],
      responses: {
        200: json('A page of broadcasts', 'Broadcasts'),
        ...problems({ 400: 'Invalid input', ...refused }),
      },
    },
  },
  '/weixin/broadcasts/preview': {
    post: {
      tags,
      summary: 'What it would do, without doing any of it',
      security,
      requestBody: jsonBody('StartBroadcast'),
      responses: {
        200: json('People, samples and time', 'BroadcastPreview'),
        ...problems({ 400: 'Invalid input', ...refused, 404: 'Unknown account, template or purpose' }),
      },
    },
  },
  '/weixin/broadcasts/{id}': {
    get: {
      tags,
      summary: 'A broadcast and its progress',
      security,
      parameters,
      responses: {
        200: json('The broadcast', 'Broadcast'),
        ...problems({ 400: 'Not an id', ...missing }),
      },
    },
  },
  '/weixin/broadcasts/{id}/events': {
    get: {
      tags,
      summary: 'Its progress as it changes, until it is over',
      description: 'Server-sent events named `progress`, each a BroadcastProgress.',
      security,
      parameters,
      responses: {
        200: {
          description: 'The stream',
          content: { 'text/event-stream': { schema: schemaRef('BroadcastProgress') } },
        },
        ...problems({ 400: 'Not an id', ...missing }),
      },
    },
  },
  '/weixin/broadcasts/{id}/history': {
    get: {
      tags,
      summary: 'Who did what with it',
      security,
      parameters,
      responses: {
        200: json('Oldest first', 'BroadcastHistory'),
        ...problems({ 400: 'Not an id', ...missing }),
      },
    },
  },
  '/weixin/broadcasts/{id}/export': {
    get: {
      tags,
      summary: 'What became of every person',
      security,
      parameters,
      responses: {
        200: { description: 'CSV (RFC 4180)', content: { 'text/csv': { schema: { type: 'string' } } } },
        ...problems({ 400: 'Not an id', ...missing }),
      },
    },
  },
  '/weixin/broadcasts/{id}/recipients': {
    post: {
      tags,
      summary: 'Add recipients to a draft',
      description: 'A line of JSON for each: an openid in quotes, or {"openid", "fields"}. Of any length.',
      security,
      parameters,
      requestBody: {
        required: true,
        content: { 'application/x-ndjson': { schema: { type: 'string' } } },
      },
      responses: {
        200: json('They are taken in', 'Broadcast'),
        ...problems({
          400: 'A line is no recipient: those before it are taken in',
          ...missing,
          409: 'It is no draft, or another call adds recipients',
        }),
      },
    },
  },
  '/weixin/broadcasts/{id}/start': {
    post: {
      tags,
      summary: 'Start a draft',
      security,
      parameters,
      responses: {
        200: json('It is started', 'Broadcast'),
        ...problems({ 400: 'Not an id', ...missing, 409: 'It is no draft' }),
      },
    },
  },
  '/weixin/broadcasts/{id}/pause': {
    post: say('Stop it until it is resumed', 'It is paused', 'It does not run'),
  },
  '/weixin/broadcasts/{id}/resume': {
    post: say('Go on after a pause, whatever its cause', 'It goes on', 'It is not paused'),
  },
  '/weixin/broadcasts/{id}/cancel': {
    post: say('End it for good', 'Who was not written to keeps the permission', 'It is over already'),
  },
};
