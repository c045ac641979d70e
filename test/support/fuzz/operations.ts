import type { OpenApiDocument } from 'nestjs-weixin-subscribe/openapi';

/** A JSON schema, as far as our document uses it. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  example?: unknown;
  default?: unknown;
  minimum?: number;
  maxLength?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}

/** One operation of the document, with one of the bodies that it takes. */
export interface Operation {
  /** E.g. `POST /weixin/messages SendMessage`. */
  title: string;
  /** E.g. `POST /weixin/messages`. */
  route: string;
  method: string;
  path: string;
  parameters: Parameter[];
  needsKey: boolean;
  body?: { type: string; schema: Schema; required: boolean };
}

interface DocumentedOperation {
  parameters?: Parameter[];
  security?: unknown[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
}

/** Every operation of the document, once for each body. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  const read = schemaReader(document);
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, DocumentedOperation>).flatMap(([name, operation]) => {
      const method = name.toUpperCase();
      const route = `${method} ${path}`;
      const { parameters = [], security, requestBody } = operation;
      const shared = { route, method, path, parameters, needsKey: security !== undefined };
      const bodies = Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) =>
        (schema.anyOf ?? [schema]).map((each) => ({ type, name: nameOf(each), schema: read(each) })),
      );
      if (bodies.length === 0) return [{ ...shared, title: route }];
      return bodies.map(({ type, name: body, schema }) => ({
        ...shared,
        title: `${route} ${body ?? type}`,
        body: { type, schema, required: requestBody?.required === true },
      }));
    }),
  );
}

const nameOf = ({ $ref }: Schema) => $ref?.split('/').at(-1);

/** Follows references, at any depth. */
function schemaReader(document: OpenApiDocument): (schema: Schema) => Schema {
  const named = document.components?.schemas as Record<string, Schema>;
  const read = (schema: Schema): Schema => {
    const name = nameOf(schema);
    if (name !== undefined) return read(named[name]);
    const { properties, items } = schema;
    return {
      ...schema,
      ...(properties && {
        properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, read(one)])),
      }),
      ...(items && { items: read(items) }),
    };
  };
  return read;
}

/**
 * What the document itself says a value may be. `known` are values by the name of the field, such as the
 * appId of an account that there is.
 */
export function sampleOf(schema: Schema, name: string, known: Record<string, unknown>): unknown {
  if (Object.hasOwn(known, name)) return known[name];
  if (schema.oneOf?.[0]?.type !== undefined) return sampleOf(schema.oneOf[0], name, known);
  if (schema.properties && schema.type === 'object') return sampleObject(schema, known);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'array') return schema.items ? [sampleOf(schema.items, name, known)] : [];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  if (schema.type === 'object') return {};
  return 'x';
}

function sampleObject(
  { properties = {}, required = [], example }: Schema,
  known: Record<string, unknown>,
): Record<string, unknown> {
  const shown = (example ?? {}) as Record<string, unknown>;
  const wanted = Object.keys(properties).filter(
    (name) => required.includes(name) || Object.hasOwn(shown, name) || Object.hasOwn(known, name),
  );
  return Object.fromEntries(
    wanted.map((name) => [
      name,
      Object.hasOwn(shown, name) && !Object.hasOwn(known, name)
        ? shown[name]
        : sampleOf(properties[name], name, known),
    ]),
  );
}
