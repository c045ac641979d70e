import { type Paths, schemaRef } from './openapi.types.js';
import { html, path, query, redirect } from './parts.js';

const tags = ['Pages 页面'];
const number = path(
  'number',
  { type: 'integer', example: 42 },
  'The course; also the scene of its permissions',
);

/** The pages of the demo itself. */
export const COURSE_PATHS: Paths = {
  '/': { get: { tags, summary: 'The courses', responses: { 200: html('Page') } } },
  '/courses/{number}': {
    get: {
      tags,
      summary: 'One course, and who wants to be reminded',
      parameters: [
        number,
        query(
          'subscribe',
          { type: 'string', enum: ['confirmed', 'cancelled'] },
          'Brought by the callback',
          false,
        ),
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
      description: 'Taken from this app’s own pages only (Origin is checked).',
      parameters: [number],
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: schemaRef('Remind') } },
      },
      responses: {
        303: redirect('Back to the course, with the outcome'),
        400: html('The form is not complete'),
        403: html('From elsewhere'),
        404: html('No such course'),
      },
    },
  },
};
