import { type Operation, type Parameter, type Responses, type Schema, schemaRef } from './openapi.types.js';

/** The Bearer scheme of the doors for other services. */
export const SERVICE_KEY = 'serviceKey';

export const IDENTIFIER = '^[0-9A-Za-z_-]+$';

export function query(name: string, schema: Schema, description?: string, required = true): Parameter {
  return { name, in: 'query', required, description, schema };
}

export function path(name: string, schema: Schema, description?: string): Parameter {
  return { name, in: 'path', required: true, description, schema };
}

export function header(name: string, schema: Schema, description?: string): Parameter {
  return { name, in: 'header', required: false, description, schema };
}

export function jsonBody(schema: string, ...others: string[]): Operation['requestBody'] {
  const refs = [schema, ...others].map(schemaRef);
  const of = others.length === 0 ? refs[0] : { oneOf: refs };
  return { required: true, content: { 'application/json': { schema: of } } };
}

export function json(
  description: string,
  schema: string,
  headers?: Record<string, Schema>,
): Responses[string] {
  return {
    description,
    ...(headers && { headers: headersOf(headers) }),
    content: { 'application/json': { schema: schemaRef(schema) } },
  };
}

export function noBody(description: string, headers: Record<string, Schema>): Responses[string] {
  return { description, headers: headersOf(headers) };
}

const headersOf = (schemas: Record<string, Schema>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, { schema }]));

export function accepted(description: string, schema: string): Responses[string] {
  const location = {
    description: 'Where to read what becomes of it',
    schema: { type: 'string', format: 'uri-reference' } as Schema,
  };
  return {
    description,
    headers: { Location: location },
    content: { 'application/json': { schema: schemaRef(schema) } },
  };
}

export function redirect(description: string): Responses[string] {
  return { description, headers: { Location: { schema: { type: 'string', format: 'uri' } } } };
}

export function html(description: string): Responses[string] {
  return { description, content: PAGE };
}

type Content = Record<string, { schema: Schema }>;

const PROBLEM: Content = { 'application/problem+json': { schema: schemaRef('ProblemDetails') } };
const PAGE: Content = { 'text/html': { schema: { type: 'string' } } };

/** Status → when; each answered as problem details. */
export function problems(when: Record<number, string>, content: Content = PROBLEM): Responses {
  return Object.fromEntries(
    Object.entries(when).map(([status, description]) => [status, { description, content }]),
  );
}

/** The same at the doors where people come by themselves: a browser gets a page it can show. */
export function problemPages(when: Record<number, string>): Responses {
  return problems(when, { ...PROBLEM, ...PAGE });
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
export const scene: Schema = { type: 'integer', minimum: 0, maximum: 10_000, example: 42 };
export const purpose: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  description: 'In place of scene: what it is for, as it was named to the SceneRegistry',
  example: 'class:42',
};
export const state: Schema = {
  type: 'string',
  pattern: '^[0-9A-Za-z]+$',
  maxLength: 128,
  example: 'the0state0that0we0issued',
};
export const day: Schema = { type: 'string', format: 'date', example: '2026-11-20' };
export const moment: Schema = { type: 'string', format: 'date-time' };
