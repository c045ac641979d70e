import type { Schema, Schemas } from './openapi.types.js';
import { appId, templateId } from './parts.js';

const text: Schema = { type: 'string' };
const whole: Schema = { type: 'integer', minimum: 0 };
const type: Schema = {
  type: 'integer',
  description: '2: one accept gives one message; 3: long-term, for public services only',
  example: 2,
};

const RULES = [
  ...['title-unique', 'title-similar', 'title-ending', 'title-symbols', 'title-personal', 'title-scene'],
  ...['title-marketing', 'keyword-unique', 'keyword-similar', 'keyword-symbols', 'keyword-personal'],
  ...['keyword-broad', 'keyword-example'],
];

function rowsOf(fields: Record<string, Schema>, optional: string[] = []): Schema {
  const required = Object.keys(fields).filter((field) => !optional.includes(field));
  return { type: 'array', items: { type: 'object', required, properties: fields } };
}

const listOf = (name: string, fields: Record<string, Schema>, optional?: string[]): Schema => ({
  type: 'object',
  required: [name],
  properties: { [name]: rowsOf(fields, optional) },
});

export const TEMPLATE_SCHEMAS: Schemas = {
  Templates: listOf(
    'templates',
    {
      templateId,
      title: text,
      content: { ...text, example: '课程:{{thing1.DATA}}\n时间:{{time2.DATA}}' },
      example: text,
      type,
      keywordEnumValueList: {
        type: 'array',
        description: 'What keywords of type enum may say',
        items: {
          type: 'object',
          required: ['keywordCode', 'enumValueList'],
          properties: { keywordCode: text, enumValueList: { type: 'array', items: text } },
        },
      },
    },
    ['keywordEnumValueList'],
  ),
  AddTemplate: {
    type: 'object',
    required: ['appId', 'tid', 'kidList'],
    properties: {
      appId,
      tid: { ...whole, description: 'Of a public title' },
      kidList: {
        type: 'array',
        minItems: 2,
        maxItems: 5,
        uniqueItems: true,
        items: whole,
        description: 'Its keywords, in the order in which the message shows them',
      },
      sceneDesc: { type: 'string', minLength: 1, maxLength: 15, description: 'What it is used for' },
    },
    example: { appId: 'wxaba38c7f163da69b', tid: 99, kidList: [1, 2], sceneDesc: '上课前提醒' },
  },
  AddedTemplate: { type: 'object', required: ['templateId'], properties: { templateId } },
  TemplateCategories: listOf('categories', { id: whole, name: text }),
  PublicTitles: {
    type: 'object',
    required: ['count', 'titles'],
    properties: {
      count: { ...whole, description: 'In all, of these categories' },
      titles: rowsOf({ tid: whole, title: text, type, categoryId: whole }),
    },
  },
  PublicKeywords: listOf('keywords', { kid: whole, name: text, example: text, rule: text }),
  TemplateDraft: {
    type: 'object',
    required: ['title', 'keywords'],
    properties: {
      title: { type: 'string', minLength: 1, maxLength: 100 },
      keywords: {
        type: 'array',
        minItems: 1,
        maxItems: 20,
        items: {
          type: 'object',
          required: ['name', 'example'],
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 50 },
            example: { type: 'string', maxLength: 200 },
          },
        },
      },
      otherTitles: {
        type: 'array',
        maxItems: 1000,
        items: { type: 'string', minLength: 1, maxLength: 100 },
        description: 'Titles that exist already',
      },
    },
    example: { title: '您的优惠券提醒', keywords: [{ name: '内容', example: '满 100 减 10' }] },
  },
  TemplateReview: listOf('findings', {
    rule: { type: 'string', enum: RULES },
    place: { ...text, example: 'keywords[0].name' },
    message: text,
    messageZh: text,
  }),
};
