import { type Schema, TEXT } from '../common/json-schema.js';
import { COMPONENT_SCHEMAS, component } from './component-schemas.js';
import type { ControlRoute } from './control-route.js';

interface Operation {
  operationId: string;
  summary: string;
  parameters: {
    name: string;
    in: 'path' | 'query';
    required: boolean;
    description?: string;
    schema: Schema;
  }[];
  requestBody?: { required: true; content: Content };
  responses: Record<string, { description: string; content: Content }>;
}

type Content = Record<'application/json', { schema: Schema }>;

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; summary: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Readonly<Record<string, Schema>> };
}

/** Describes the control API; `prefix` is where its routes are mounted. */
export function describeControl(
  routes: readonly ControlRoute[],
  prefix: string,
  url: string,
): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const path = prefix + route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'weixin-simulator control API',
      version: '1',
      summary: 'What one can ask of a simulated WeChat from outside: people, answers, faults, time.',
    },
    servers: [{ url }],
    paths,
    components: { schemas: COMPONENT_SCHEMAS },
  };
}

function describeRoute({ method, path, summary, query = {}, body, answer }: ControlRoute): Operation {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\W+(\w)/g, (_match, letter: string) => letter.toUpperCase())}`,
    summary,
    parameters: [
      ...inPath.map((name) => ({ name, in: 'path' as const, required: true, schema: TEXT })),
      ...Object.entries(query).map(([name, { description, required = false }]) => ({
        ...{ name, in: 'query' as const, required, description, schema: TEXT },
      })),
    ],
    ...(body ? { requestBody: { required: true as const, content: json(body) } } : {}),
    responses: {
      200: { description: 'done', content: json(answer) },
      400: { description: 'refused, and nothing changed', content: json(component('Problem')) },
    },
  };
}

function json(schema: Schema): Content {
  return { 'application/json': { schema } };
}
