import type { Paths } from './openapi.types.js';
import { appId, json, jsonBody, path, problems, query, SERVICE_KEY, templateId } from './parts.js';

const tags = ['Template 模板'];
const security = [{ [SERVICE_KEY]: [] }];
const refused = {
  401: 'No valid service key',
  403: 'The client lacks the scope, or may not use the account',
  404: 'Unknown account',
};
const byWeixin = {
  422: 'WeChat refused what was asked',
  502: 'WeChat refused the account, or gave no usable answer',
  503: 'WeChat is busy or the quota is used up, or there is no access token',
};
const input = { 400: 'Invalid input, or a mobile app' };
const tid = { type: 'integer', minimum: 0 } as const;

/** The doors to the templates of subscription messages. */
export const TEMPLATE_PATHS: Paths = {
  '/weixin/templates': {
    get: {
      tags,
      summary: 'The templates of an account',
      description: 'From memory, for as long as `templates.cacheSeconds`.',
      security,
      parameters: [query('appId', appId)],
      responses: {
        200: json('All of them', 'Templates'),
        ...problems({ ...input, ...refused, ...byWeixin }),
      },
    },
    post: {
      tags,
      summary: 'Take a template of the public library',
      security,
      requestBody: jsonBody('AddTemplate'),
      responses: { 201: json('Its id', 'AddedTemplate'), ...problems({ ...input, ...refused, ...byWeixin }) },
    },
  },
  '/weixin/templates/{appId}/{templateId}': {
    delete: {
      tags,
      summary: 'Delete a template; permissions for it are worth nothing then',
      security,
      parameters: [path('appId', appId), path('templateId', templateId)],
      responses: { 204: { description: 'It is gone' }, ...problems({ ...input, ...refused, ...byWeixin }) },
    },
  },
  '/weixin/templates/categories': {
    get: {
      tags,
      summary: 'The categories (类目) of an account',
      security,
      parameters: [query('appId', appId)],
      responses: {
        200: json('All of them', 'TemplateCategories'),
        ...problems({ ...input, ...refused, ...byWeixin }),
      },
    },
  },
  '/weixin/templates/titles': {
    get: {
      tags,
      summary: 'Titles of the public library',
      security,
      parameters: [
        query('appId', appId),
        query('ids', { type: 'string', example: '21,307' }, '1–50 ids of categories, commas between them'),
        query('start', { type: 'integer', minimum: 0, default: 0 }, 'How many to skip', false),
        query('limit', { type: 'integer', minimum: 1, maximum: 30, default: 30 }, undefined, false),
      ],
      responses: { 200: json('A page', 'PublicTitles'), ...problems({ ...input, ...refused, ...byWeixin }) },
    },
  },
  '/weixin/templates/keywords': {
    get: {
      tags,
      summary: 'The keywords of a public title',
      security,
      parameters: [query('appId', appId), query('tid', tid, 'Of the title')],
      responses: {
        200: json('All of them', 'PublicKeywords'),
        ...problems({ ...input, ...refused, ...byWeixin }),
      },
    },
  },
  '/weixin/templates/review': {
    post: {
      tags,
      summary: "Hold a template against WeChat's review rules",
      description: 'Asks nobody. No finding is not an approval.',
      security,
      requestBody: jsonBody('TemplateDraft'),
      responses: {
        200: json('What was found', 'TemplateReview'),
        ...problems({ 400: 'Invalid input', 401: refused[401], 403: 'The client lacks the scope' }),
      },
    },
  },
};
