import type { Paths } from './openapi.types.js';
import {
  appId,
  day,
  json,
  moment,
  openid,
  problems,
  query,
  SERVICE_KEY,
  scene,
  templateId,
} from './parts.js';

const explain = ['Explain 解释'];
const security = [{ [SERVICE_KEY]: [] }];
const refused = {
  401: 'No valid service key',
  403: 'The client lacks the scope history:read, or may not use the account',
};

/** The doors for people who have to explain what happened. */
export const EXPLAIN_PATHS: Paths = {
  '/weixin/history': {
    get: {
      tags: explain,
      summary: 'What happened with one person, newest first',
      description:
        'Questions, permissions and messages. What retention or erasure has deleted is not told any more.',
      security,
      parameters: [
        query('appId', appId),
        query('openid', openid),
        query('templateId', templateId, 'All templates without it', false),
        query('cursor', { type: 'string', maxLength: 64 }, 'From the page before', false),
        query('limit', { type: 'integer', minimum: 1, maximum: 500, default: 100 }, undefined, false),
      ],
      responses: {
        200: json('A page of events', 'History'),
        ...problems({ 400: 'Invalid input', ...refused, 404: 'Unknown account' }),
      },
    },
  },
  '/weixin/drift': {
    get: {
      tags: explain,
      summary: 'Where WeChat contradicted the ledger, and what to do',
      description: 'Reads every message since then: for a daily look, not for every request.',
      security,
      parameters: [query('appId', appId), query('since', moment, 'With its time zone; at most 366 days ago')],
      responses: {
        200: json('The report', 'Drift'),
        ...problems({ 400: 'Invalid input', ...refused, 404: 'Unknown account' }),
      },
    },
  },
  '/weixin/counts': {
    get: {
      tags: explain,
      summary: 'Permissions by state and messages by outcome, by day, template and scene',
      description: 'Reads every row of those days: for reports, not for every request.',
      security,
      parameters: [
        query('appId', appId),
        query('templateId', templateId, 'All templates without it', false),
        query('scene', scene, 'All scenes without it', false),
        query('from', day, 'The first day'),
        query('to', day, 'The last day; at most 366 days with it'),
        query('timeZone', { type: 'string', default: 'Asia/Shanghai' }, 'Whose days, an IANA name', false),
      ],
      responses: {
        200: json('The counts', 'Counts'),
        ...problems({ 400: 'Invalid input, or too many counts', ...refused, 404: 'Unknown account' }),
      },
    },
  },
};
