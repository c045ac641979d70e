import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { PROBLEM_DETAILS } from '../http/problem-details.schema.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import {
  Documented,
  type ResponseDoc,
  type RouteDoc,
  RouteGroup,
  type RouteGroupDoc,
} from '../http/route-doc.js';
import { RouteHandler } from '../http/route-handler.js';
import type { MountedRoute } from '../http/route-urls.js';
import { RequireScope } from '../http/service-route.js';
import { type NamedSchema, type Schema, schemaOf } from '../kernel/schema.js';
import type { Components } from './components.js';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: Schema;
}

type Content = Record<string, { schema: Schema }>;

interface Response {
  description: string;
  headers?: Record<string, { schema: Schema }>;
  content?: Content;
}

/** An operation of the document. */
export interface Operation {
  tags: string[];
  operationId: string;
  summary: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, Response>;
}

/** A route at one of its paths, from what Nest, the DTOs and {@link Documented} know about it. */
export function operationOf({ handler }: MountedRoute, path: string, components: Components): Operation {
  const doc: RouteDoc = Reflect.getMetadata(Documented.KEY, handler);
  const route = RouteHandler.of(handler);
  if (!route) throw new Error(`${handler.name} is no route of ours`);
  const controller = route.controller as { name: string };
  const group: RouteGroupDoc | undefined = Reflect.getMetadata(RouteGroup.KEY, controller);
  const scope: string | undefined = Reflect.getMetadata(RequireScope.KEY, handler);
  const parameters = parametersOf(route, doc, path);
  const body = bodyOf(route, doc, components);
  return {
    tags: [group?.tag ?? 'WeChat'],
    operationId: `${controller.name.replace(/Controller$/, '')}_${handler.name}`,
    summary: doc.summary,
    ...(doc.description !== undefined && { description: doc.description }),
    ...(scope !== undefined && { security: [{ [components.serviceKey]: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: doc.isBodyOptional !== true, content: body } }),
    responses: {
      ...each(doc.responses, (response) => responseOf(response, components)),
      ...each(problemsOf(route, doc, group, scope), (description) => ({
        description,
        content: contentOf(group?.problemTypes ?? ['application/problem+json'], components),
      })),
    },
  };
}

function parametersOf(route: RouteHandler, doc: RouteDoc, path: string): Parameter[] {
  const inPath = new Map([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, TEXT]));
  for (const { in: place, metatype } of route.inputs)
    if (place === 'param' && isDto(metatype))
      for (const [name, schema] of Object.entries(schemaOf(metatype).properties ?? {}))
        if (inPath.has(name)) inPath.set(name, schema);
  const query = [
    doc.query,
    ...route.inputs.filter(({ in: place }) => place === 'query').map((one) => one.metatype),
  ]
    .filter((one) => one !== undefined && one !== Object)
    .map((one) => (typeof one === 'function' ? schemaOf(one) : (one as Schema)));
  return [
    ...[...inPath].map(([name, schema]) => parameter(name, 'path', true, schema)),
    ...query.flatMap(({ properties = {}, required = [] }) =>
      Object.entries(properties).map(([name, schema]) =>
        parameter(name, 'query', required.includes(name), schema),
      ),
    ),
    ...Object.entries(doc.headers ?? {}).map(([name, schema]) => parameter(name, 'header', false, schema)),
  ];
}

const TEXT: Schema = { type: 'string' };

/** In an address nothing is null. */
function parameter(
  name: string,
  place: Parameter['in'],
  required: boolean,
  { description, nullable: _nullable, ...schema }: Schema,
): Parameter {
  return { name, in: place, required, ...(description !== undefined && { description }), schema };
}

function bodyOf(route: RouteHandler, doc: RouteDoc, components: Components): Content | undefined {
  if (doc.body && !Array.isArray(doc.body)) return each(doc.body, (schema) => ({ schema }));
  const dtos = doc.body ?? route.inputs.filter((one) => one.in === 'body').map((one) => one.metatype);
  const refs = dtos.filter(isDto).map((dto) => components.input(dto));
  if (refs.length === 0) return undefined;
  // Not `oneOf`: what is a subscription message may be a subscription notice as well, by its fields.
  return { 'application/json': { schema: refs.length === 1 ? refs[0] : { anyOf: refs } } };
}

type Dto = Parameters<typeof schemaOf>[0];

const isDto = (type: unknown): type is Dto =>
  typeof type === 'function' && ![Object, String, Number, Boolean, Array].includes(type as never);

function responseOf(
  { description, body, mediaType, headers }: ResponseDoc,
  components: Components,
): Response {
  return {
    description,
    ...(headers && { headers: each(headers, (schema) => ({ schema })) }),
    ...(body && { content: { [mediaType ?? 'application/json']: { schema: refOf(body, components) } } }),
  };
}

const refOf = (body: NamedSchema | Schema, components: Components): Schema =>
  'name' in body ? components.schema(body) : body;

function problemsOf(
  route: RouteHandler,
  doc: RouteDoc,
  group: RouteGroupDoc | undefined,
  scope: string | undefined,
): Record<number, string> {
  const guards: unknown[] = Reflect.getMetadata(GUARDS_METADATA, route.controller) ?? [];
  const problems: Record<number, string> = {};
  if (route.inputs.some(({ metatype }) => isDto(metatype))) problems[400] = 'Invalid input';
  if (scope !== undefined) {
    problems[401] = 'No valid service key';
    problems[403] = `The client lacks the scope ${scope}, or may not use this account`;
  }
  if (guards.includes(AddressLimitGuard)) problems[429] = 'Too many calls from this address';
  return { ...problems, ...group?.problems, ...doc.problems };
}

/** A page for people is not described further. */
function contentOf(types: string[], components: Components): Content {
  return Object.fromEntries(
    types.map((type) => [type, { schema: type === 'text/html' ? TEXT : components.schema(PROBLEM_DETAILS) }]),
  );
}

function each<T, R>(values: Record<string, T>, to: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));
}
