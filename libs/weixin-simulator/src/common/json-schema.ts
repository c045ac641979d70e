/**
 * The part of JSON Schema 2020-12 (which OpenAPI 3.1 uses as it is) that describes what the simulator takes
 * and gives.
 */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
}

export const TEXT: Schema = { type: 'string' };
export const WHOLE: Schema = { type: 'integer' };
export const NUMBER: Schema = { type: 'number' };
export const FLAG: Schema = { type: 'boolean' };
export const TALLY: Schema = { type: 'object', additionalProperties: { type: 'integer' } };

export function about(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

export function orNull(schema: Schema): Schema {
  return schema.type === undefined
    ? { oneOf: [schema, { type: 'null' }] }
    : { ...schema, type: [...[schema.type].flat(), 'null'] };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

export function oneOf(...values: readonly (string | number)[]): Schema {
  return { enum: values };
}

/** An object with these properties and no other; the names in `optional` may be missing. */
export function fields(properties: Record<string, Schema>, ...optional: string[]): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

/** The same with everything optional. */
export function anyFields(properties: Record<string, Schema>): Schema {
  return fields(properties, ...Object.keys(properties));
}
