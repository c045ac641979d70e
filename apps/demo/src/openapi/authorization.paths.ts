import type { Paths } from './openapi.types.js';
import {
  appId,
  json,
  jsonBody,
  openid,
  problemPages,
  problems,
  purpose,
  query,
  redirect,
  scene,
  state,
  templateId,
} from './parts.js';

const tags = ['Ask 询问'];
const limited = { 429: 'Too many calls from this address' };

/** The doors that people come through: a browser inside WeChat, or the mobile app. */
export const AUTHORIZATION_PATHS: Paths = {
  '/weixin/authorize': {
    get: {
      tags,
      summary: 'Ask a person in the browser',
      description:
        "Opens a question, sets a cookie that binds the answer to this browser, and leads to WeChat's confirm page.",
      parameters: [
        query('appId', appId, 'An official account'),
        query('templateId', templateId),
        query('scene', scene, 'Or purpose', false),
        query('purpose', purpose, undefined, false),
        query(
          'returnTo',
          { type: 'string', example: '/courses/42' },
          'Where the person goes afterwards; must be allowed',
          false,
        ),
      ],
      responses: {
        302: redirect("To WeChat's confirm page"),
        ...problemPages({
          400: 'Invalid input, or returnTo is not allowed',
          404: 'Unknown account, template or purpose',
          ...limited,
        }),
      },
    },
  },
  '/weixin/callback': {
    get: {
      tags,
      summary: 'The browser comes back from WeChat',
      description:
        'Called by WeChat’s redirect, with the names WeChat gives; also with a slash before the query.',
      parameters: [
        query('openid', openid, 'Absent when the person cancelled', false),
        query('template_id', templateId),
        query('action', { type: 'string', enum: ['confirm', 'cancel'] }),
        query('scene', scene),
        query('reserved', state),
      ],
      responses: {
        302: redirect('To returnTo, with subscribe=confirmed or subscribe=cancelled'),
        ...problemPages({
          400: 'Invalid input, or the answer does not fit the question',
          403: 'The answer belongs to no question, or to another browser',
          409: 'The question was answered otherwise',
          410: 'The question has expired',
          ...limited,
        }),
      },
    },
  },
  '/weixin/app/intents': {
    post: {
      tags,
      summary: 'Ask a person in the mobile app',
      description:
        'Answers what the app passes to the SDK. Without a signed-in user the answer is bound by a cookie.',
      requestBody: jsonBody('CreateIntent'),
      responses: {
        201: json('Ask with these fields', 'Intent'),
        ...problems({
          400: 'Invalid input, or not a mobile app',
          404: 'Unknown account, template or purpose',
          ...limited,
        }),
      },
    },
  },
  '/weixin/app/results': {
    post: {
      tags,
      summary: 'The app brings the answer of the SDK',
      description: 'The same answer again gives the same reply and adds nothing.',
      requestBody: jsonBody('IntentResult'),
      responses: {
        200: json('Recorded', 'IntentOutcome'),
        ...problems({
          400: 'Invalid input, or the answer does not fit the question',
          403: 'The answer belongs to no question, or to somebody else',
          409: 'The question was answered otherwise',
          410: 'The question has expired',
          ...limited,
        }),
      },
    },
  },
  '/weixin/subscribe/intents': {
    post: {
      tags,
      summary: 'Ask a person in a mini-program, or by <wx-open-subscribe>',
      description:
        'Before the front end asks for up to five templates: of a mini-program those of channel mini-subscribe, of an official account those of channel service-notice. The host has to know the openid of who calls.',
      requestBody: jsonBody('CreateSubscribeIntents'),
      responses: {
        201: json('Ask for these templates, and keep the state', 'SubscribeIntents'),
        ...problems({
          400: 'Invalid input, a template of another channel, or a mobile app',
          403: 'The openid of the caller is not known',
          404: 'Unknown account or template',
          ...limited,
        }),
      },
    },
  },
  '/weixin/subscribe/results': {
    post: {
      tags,
      summary: 'The front end brings what it got',
      description:
        'Each accept is one grant, also where WeChat pushes the same accept. The same report again gives the same reply and adds nothing.',
      requestBody: jsonBody('SubscribeResult'),
      responses: {
        200: json('Answered', 'SubscribeOutcome'),
        ...problems({
          400: 'Invalid input, or the answer does not fit the question',
          403: 'The answer belongs to no question, or to somebody else',
          409: 'The question was answered otherwise',
          410: 'The question has expired',
          ...limited,
        }),
      },
    },
  },
};
