import { type Paths, schemaRef } from './openapi.types.js';
import { appId, html, path, query, redirect, templateId } from './parts.js';

const tags = ['Pages 页面'];
const number = path('number', { type: 'integer', example: 42 }, 'The course; also the scene of its grants');

const own = 'Taken from this app’s own pages only (Origin is checked).';
const id = path('id', { type: 'string', format: 'uuid' }, 'A broadcast for this course');
const form = (schema: string) => ({
  required: true,
  content: { 'application/x-www-form-urlencoded': { schema: schemaRef(schema) } },
});

/** The pages of the demo itself. */
export const COURSE_PATHS: Paths = {
  '/': { get: { tags, summary: 'The courses', responses: { 200: html('Page') } } },
  '/courses/{number}': {
    get: {
      tags,
      summary: 'One course, for who attends it',
      parameters: [
        number,
        query(
          'subscribe',
          { type: 'string', enum: ['confirmed', 'cancelled'] },
          'Brought by the callback',
          false,
        ),
      ],
      responses: { 200: html('Page'), 404: html('No such course') },
    },
  },
  '/courses/{number}/teacher': {
    get: {
      tags,
      summary: 'One course, for who teaches it: who wants to be reminded',
      parameters: [
        number,
        query('reminder', { type: 'string' }, 'Brought by the button: message id or error code', false),
        query('errcode', { type: 'integer' }, "WeChat's code, with an error code", false),
      ],
      responses: { 200: html('Page'), 404: html('No such course') },
    },
  },
  '/courses/{number}/reminders': {
    post: {
      tags,
      summary: 'Remind one person',
      description: own,
      parameters: [number],
      requestBody: form('Remind'),
      responses: {
        303: redirect('Back to the page of the teacher, with the outcome'),
        400: html('The form is not complete'),
        403: html('From elsewhere'),
        404: html('No such course'),
      },
    },
  },
  '/courses/{number}/broadcasts/new': {
    get: {
      tags,
      summary: 'What it would do to remind everybody, and the button',
      parameters: [number, query('appId', appId), query('templateId', templateId)],
      responses: {
        200: html('Page'),
        400: html('No account or template of ours'),
        404: html('No such course'),
      },
    },
  },
  '/courses/{number}/broadcasts': {
    post: {
      tags,
      summary: 'Remind everybody who asked',
      description: own,
      parameters: [number],
      requestBody: form('StartClassBroadcast'),
      responses: {
        303: redirect('To its page'),
        400: html('The form is not complete'),
        403: html('From elsewhere'),
        404: html('No such course'),
      },
    },
  },
  '/courses/{number}/broadcasts/{id}': {
    get: {
      tags,
      summary: 'How a broadcast goes on',
      parameters: [number, id],
      responses: { 200: html('Page'), 404: html('No such broadcast for this course') },
    },
  },
  '/courses/{number}/broadcasts/{id}/{action}': {
    post: {
      tags,
      summary: 'Pause it, resume it, or cancel it',
      description: own,
      parameters: [number, id, path('action', { type: 'string', enum: ['pause', 'resume', 'cancel'] })],
      responses: {
        303: redirect('Back to its page, which tells the state'),
        400: html('None of these actions'),
        403: html('From elsewhere'),
        404: html('No such broadcast for this course'),
      },
    },
  },
  '/courses/{number}/broadcasts/{id}/live': {
    get: {
      tags,
      summary: 'What changes on that page, as server-sent events',
      parameters: [number, id],
      responses: {
        200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        404: { description: 'No such broadcast for this course' },
      },
    },
  },
  '/courses/{number}/broadcasts/{id}/outcome.csv': {
    get: {
      tags,
      summary: 'What became of every person',
      parameters: [number, id],
      responses: {
        200: { description: 'CSV', content: { 'text/csv': { schema: { type: 'string' } } } },
        404: { description: 'No such broadcast for this course' },
      },
    },
  },
};
