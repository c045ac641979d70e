import type { Schema } from './openapi.types.js';

export const page: Schema = {
  type: 'string',
  maxLength: 1024,
  description: 'Opened by a tap; may carry a query',
};
const value: Schema = { type: 'string', description: 'Within the limits of the type of its keyword' };
export const data: Schema = {
  type: 'object',
  description: 'Values for the keywords of the template, by keyword',
  additionalProperties: { type: 'object', required: ['value'], properties: { value } },
};
export const miniprogramState: Schema = {
  type: 'string',
  enum: ['developer', 'trial', 'formal'],
  default: 'formal',
};
export const lang: Schema = { type: 'string', enum: ['zh_CN', 'en_US', 'zh_HK', 'zh_TW'], default: 'zh_CN' };
export const emphasisKeyword: Schema = { type: 'string', pattern: '^keyword[1-9]\\d?$', example: 'keyword1' };
