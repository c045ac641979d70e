import { type Paths, type Schema, schemaRef } from './openapi.types.js';
import { html, openid, path, query, redirect, templateId } from './parts.js';

const tags = ['Pages 页面'];
const channel = path('channel', {
  type: 'string',
  enum: ['mini-subscribe', 'service-notice', 'mini-template'],
});
const action: Schema = {
  type: 'string',
  enum: ['accept', 'reject', 'switch-off', 'switch-on', 'submit', 'pay'],
};
const own = 'Taken from this app’s own pages only (Origin is checked).';
const form = (schema: string) => ({
  required: true,
  content: { 'application/x-www-form-urlencoded': { schema: schemaRef(schema) } },
});

/** The pages of the demo about the channels. */
export const CHANNEL_PATHS: Paths = {
  '/channels': { get: { tags, summary: 'The kinds of messages', responses: { 200: html('Page') } } },
  '/channels/{channel}': {
    get: {
      tags,
      summary: 'One kind of message: ask, grant, send, inbox',
      parameters: [
        channel,
        query('openid', openid, 'Who; else the first', false),
        query('templateId', templateId, 'Which template; else the first', false),
        query('client', { type: 'string' }, 'Brought by a button that plays the client', false),
        query('message', { type: 'string' }, 'Brought by the form: message id or error code', false),
        query('errcode', { type: 'integer' }, "WeChat's code, with an error code", false),
      ],
      responses: { 200: html('Page'), 400: html('No such query'), 404: html('No such channel') },
    },
  },
  '/channels/{channel}/client/{action}': {
    post: {
      tags,
      summary: 'Play the client of WeChat; with the simulator only',
      description: own,
      parameters: [channel, path('action', action)],
      requestBody: form('PlayClient'),
      responses: {
        303: redirect('Back to the page, with what came of it'),
        400: html('The form is not complete, or the simulator does not know the person'),
        403: html('From elsewhere'),
        404: html('No such channel, button or template, or no simulator'),
        503: html('The simulator does not answer'),
      },
    },
  },
  '/channels/{channel}/messages': {
    post: {
      tags,
      summary: 'Send one message',
      description: own,
      parameters: [channel],
      requestBody: form('SendChannelMessage'),
      responses: {
        303: redirect('Back to the page, with the outcome'),
        400: html('The form again, with what is wrong beside each field'),
        403: html('From elsewhere'),
        404: html('No such channel or template'),
      },
    },
  },
};
