import type { Paths, Schema } from './openapi.types.js';
import {
  accepted,
  appId,
  header,
  json,
  jsonBody,
  noBody,
  openid,
  path,
  problems,
  query,
  SERVICE_KEY,
  scene,
  templateId,
} from './parts.js';

const send = ['Send 发送'];
const token = ['Token 令牌'];
const security = [{ [SERVICE_KEY]: [] }];
const noKey = { 401: 'No valid service key' };
const refused = { ...noKey, 403: 'The client lacks the scope, or may not use this account' };
const tag: Schema = { type: 'string', example: '"mYgQ3rO0Kf1uPz8d.mi2x0vuo"' };

/** The doors for the company's other services. */
export const SERVICE_PATHS: Paths = {
  '/weixin/messages': {
    post: {
      tags: send,
      summary: 'Send one message for one permission',
      security,
      requestBody: jsonBody('SendMessage', 'SendMiniSubscribe', 'SendServiceNotice', 'SendMiniTemplate'),
      responses: {
        201: json('WeChat accepted it', 'Message'),
        202: accepted('It waits for its time', 'Message'),
        ...problems({
          400: 'Invalid input',
          ...refused,
          404: 'Unknown account or template',
          409: 'No unused permission, or the idempotency key is taken',
          422: 'WeChat refused for this person, or refused the content',
          502: 'Not sent, or nobody knows',
          503: 'No access token, quota used up (see Retry-After), or database away',
        }),
      },
    },
  },
  '/weixin/messages/{id}': {
    get: {
      tags: send,
      summary: 'What became of a message',
      security,
      parameters: [path('id', { type: 'string', format: 'uuid' })],
      responses: {
        200: json('The message', 'Message'),
        ...problems({
          400: 'Not an id',
          ...noKey,
          403: 'The client lacks the scope',
          404: 'No such message, or one of an account that the client may not use',
        }),
      },
    },
  },
  '/weixin/messages/{id}/cancel': {
    post: {
      tags: send,
      summary: 'Give up a deferred message that still waits',
      security,
      parameters: [path('id', { type: 'string', format: 'uuid' })],
      responses: {
        200: json('It ended as failed; its permission stays', 'Message'),
        ...problems({
          400: 'Not an id',
          ...noKey,
          403: 'The client lacks the scope',
          404: 'No such message, or one of an account that the client may not use',
          409: 'It does not wait any more',
        }),
      },
    },
  },
  '/weixin/grants': {
    get: {
      tags: send,
      summary: 'What may still be sent, and the history of the permission',
      security,
      parameters: [
        query('appId', appId),
        query('openid', openid),
        query('templateId', templateId),
        query('scene', scene, 'Of one-time templates; without it all scenes', false),
      ],
      responses: {
        200: json('The grants', 'Grants'),
        ...problems({ 400: 'Invalid input', ...refused, 404: 'Unknown account or template' }),
      },
    },
  },
  '/weixin/form-ids': {
    post: {
      tags: send,
      summary: 'Record a form id or prepay id of a mini-program (legacy)',
      description: 'A form id permits one template message, a prepay id three, both for 7 days.',
      security,
      requestBody: jsonBody('FormId'),
      responses: {
        201: json('Recorded, or a duplicate', 'FormIdReply'),
        ...problems({ 400: 'Invalid input, or not a mini-program', ...refused, 404: 'Unknown account' }),
      },
    },
  },
  '/weixin/token/{appId}': {
    get: {
      tags: token,
      summary: 'The access_token of an account',
      description: 'To poll: show the ETag of the token you have as If-None-Match.',
      security,
      parameters: [path('appId', appId), header('If-None-Match', tag)],
      responses: {
        200: json('The current token', 'Token', { ETag: tag }),
        304: noBody('The tag shown is that of the current token', { ETag: tag }),
        ...problems({
          400: 'Invalid input',
          ...refused,
          404: 'Unknown account',
          503: 'There is no access token',
        }),
      },
    },
  },
  '/weixin/token/{appId}/refresh': {
    post: {
      tags: token,
      summary: 'Report a dead token and take the current one',
      description: 'Compare-and-refresh: many reports of one token cost one mint.',
      security,
      parameters: [path('appId', appId)],
      requestBody: jsonBody('RefreshToken'),
      responses: {
        200: json('The current token', 'Token'),
        ...problems({
          400: 'Invalid input',
          ...refused,
          404: 'Unknown account',
          503: 'There is no access token',
        }),
      },
    },
  },
  '/weixin/token/{appId}/retry': {
    post: {
      tags: token,
      summary: 'Have WeChat asked for a token at once',
      description:
        'Once the cause of a refusal is mended (89506 and 89507 keep every process from asking for a day or an hour). Many at once cost one call.',
      security,
      parameters: [path('appId', appId)],
      responses: {
        200: json('The current token', 'Token'),
        ...problems({
          400: 'Invalid input',
          ...refused,
          404: 'Unknown account',
          503: 'WeChat refused again, or no mint is left',
        }),
      },
    },
  },
};
