import type { Parameter, Responses, Schema } from './openapi.types.js';

const IDENTIFIER = '^[0-9A-Za-z_-]+$';

export function query(name: string, schema: Schema, description?: string, required = true): Parameter {
  return { name, in: 'query', required, description, schema };
}

export function path(name: string, schema: Schema, description?: string): Parameter {
  return { name, in: 'path', required: true, description, schema };
}

export function redirect(description: string): Responses[string] {
  return { description, headers: { Location: { schema: { type: 'string', format: 'uri' } } } };
}

export function html(description: string): Responses[string] {
  return { description, content: { 'text/html': { schema: { type: 'string' } } } };
}

export const appId: Schema = {
  type: 'string',
  pattern: IDENTIFIER,
  maxLength: 32,
  example: 'wxaba38c7f163da69b',
};
export const openid: Schema = {
  type: 'string',
  pattern: IDENTIFIER,
  maxLength: 64,
  description: 'Belongs to this account only',
  example: 'oyAaTjt-xXvP87pubE4eUOF-ttD4',
};
export const templateId: Schema = {
  type: 'string',
  pattern: IDENTIFIER,
  maxLength: 64,
  example: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
};
