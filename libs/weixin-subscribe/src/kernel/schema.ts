import { getMetadataStorage, IS_OPTIONAL, ValidationTypes } from 'class-validator';

/** A schema as OpenAPI 3.0 writes it, as far as this library does. Lengths are Unicode code points. */
export interface Schema {
  $ref?: string;
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';
  description?: string;
  format?: string;
  pattern?: string;
  enum?: readonly string[];
  example?: unknown;
  default?: unknown;
  nullable?: boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
}

type InputType = abstract new (...args: never[]) => object;

interface PropertySchema extends Schema {
  /** The class of a nested object, or of the items of a list. */
  nested?: () => InputType;
  /** Another property that this one takes the place of. */
  insteadOf?: string;
}

/** Prototype → property → what its decorators say. A class inherits from the prototypes above its own. */
const properties = new WeakMap<object, Map<string | symbol, PropertySchema>>();
const classes = new WeakMap<object, Schema>();

/** Adds to the schema of a property of a DTO; every rule decorator does. */
export function addSchema(prototype: object, property: string | symbol, schema: PropertySchema): void {
  const own = properties.get(prototype) ?? new Map<string | symbol, PropertySchema>();
  properties.set(prototype, own.set(property, { ...own.get(property), ...schema }));
}

/**
 * What the document says about a property, or about a whole DTO, besides what its rules say: a description,
 * and parts of the schema such as an example or a default.
 */
export function Described(description: string, more: Schema = {}): ClassDecorator & PropertyDecorator {
  return (target: object, property?: string | symbol) => {
    if (property === undefined) classes.set(target, { description, ...more });
    else addSchema(target, property, { description, ...more });
  };
}

/** The schema of a DTO, made of its rule decorators; nested DTOs are written out. */
export function schemaOf(type: InputType): Schema {
  const described = describedProperties(type.prototype);
  const conditions = getMetadataStorage()
    .getTargetValidationMetadatas(type, '', false, false)
    .filter((metadata) => metadata.type === ValidationTypes.CONDITIONAL_VALIDATION);
  const conditional = new Set(conditions.map(({ propertyName }) => propertyName));
  const nullable = new Set(
    conditions.filter(({ name }) => name === IS_OPTIONAL).map(({ propertyName }) => propertyName),
  );
  const entries = [...described].map(([name, property]) => [
    name,
    { ...written(property), ...(nullable.has(name) && { nullable: true }) },
  ]);
  const required = [...described.keys()].filter((name) => !conditional.has(name));
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    ...alternatives(described, nullable),
    properties: Object.fromEntries(entries),
    ...classes.get(type),
  };
}

function describedProperties(prototype: object | null): Map<string, PropertySchema> {
  if (prototype === null) return new Map();
  const inherited = describedProperties(Object.getPrototypeOf(prototype));
  for (const [name, schema] of properties.get(prototype) ?? [])
    inherited.set(String(name), { ...inherited.get(String(name)), ...schema });
  return inherited;
}

function written({ nested, insteadOf: _other, ...schema }: PropertySchema): Schema {
  if (!nested) return schema;
  const inner = schemaOf(nested());
  return schema.type === 'array' ? { ...schema, items: inner } : { ...inner, ...schema };
}

/** Of two properties that stand for each other one has to be there, unless both are optional. */
function alternatives(described: Map<string, PropertySchema>, nullable: Set<string>): Schema {
  for (const [name, { insteadOf }] of described) {
    if (insteadOf === undefined) continue;
    if (nullable.has(insteadOf)) continue;
    return { oneOf: [{ required: [insteadOf] }, { required: [name] }] };
  }
  return {};
}

/** A schema that the document keeps under a name. */
export interface NamedSchema {
  name: string;
  schema: Schema;
}

type RequiredKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K }[keyof T];
type OptionalKeys<T> = Exclude<keyof T, RequiredKeys<T>>;

/**
 * The schema of a response. The compiler holds it against the type that the route returns: it names the same
 * fields, and the same ones are optional.
 */
export function responseOf<T extends object>(
  name: string,
  required: Record<RequiredKeys<T>, Schema>,
  optional: Record<OptionalKeys<T>, Schema>,
  more: Schema = {},
): NamedSchema {
  return { name, schema: objectOf<T>(required, optional, more) };
}

/** An object within a response, held against its type in the same way. */
export function objectOf<T extends object>(
  required: Record<RequiredKeys<T>, Schema>,
  optional: Record<OptionalKeys<T>, Schema>,
  more: Schema = {},
): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    ...more,
  };
}

export const arrayOf = (items: Schema, description?: string): Schema => ({
  type: 'array',
  ...(description !== undefined && { description }),
  items,
});

/** Of a number that is never negative. */
export const countOf = (description?: string): Schema => ({
  type: 'integer',
  minimum: 0,
  ...(description !== undefined && { description }),
});

export const oneOf = (words: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: words,
  ...(description !== undefined && { description }),
});

export const text = (description?: string, more: Schema = {}): Schema => ({
  type: 'string',
  ...(description !== undefined && { description }),
  ...more,
});

export const moment = (description?: string): Schema => text(description, { format: 'date-time' });

export const uuid: Schema = { type: 'string', format: 'uuid' };

/** What many routes take and return, as their rules describe it. */
export const APP_ID: Schema = { type: 'string', example: 'wxaba38c7f163da69b' };
export const OPENID: Schema = { type: 'string', example: 'oyAaTjt-xXvP87pubE4eUOF-ttD4' };
export const TEMPLATE_ID: Schema = { type: 'string', example: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc' };
export const SCENE: Schema = { type: 'integer', minimum: 0, maximum: 10_000, example: 42 };
