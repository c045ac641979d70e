import { ValidateBy, type ValidationArguments } from 'class-validator';
import { countCharacters, describe, outline } from './describe.js';
import { type FieldError, InvalidInputError } from './errors.js';
import { fieldName, MAX_ERRORS, plainInput, unknownField } from './input-shape.js';
import { Converted, type InputClass, InstanceOf, instanceOf } from './prepared-input.js';
import { type Failure, failuresOf } from './prepared-validation.js';
import { APP_ID, addSchema, OPENID, SCENE, type Schema, TEMPLATE_ID } from './schema.js';
import { sayUnfit, unfitCharacter } from './text.js';

/**
 * Checks `value` against the decorators of a DTO class and answers an instance of it.
 * @param unknownFields `refuse` for the input of hosts and services, `drop` for what WeChat sends, which may
 * grow
 * @throws {InvalidInputError} naming every field, its limit and what was met
 */
export function validateInput<T extends object>(
  type: InputClass<T>,
  value: unknown,
  unknownFields: 'refuse' | 'drop' = 'refuse',
): T {
  const input = instanceOf(type, plainInput(value, unknownFields));
  const errors = failuresOf(input, unknownFields === 'refuse' ? REFUSING : DROPPING);
  const found = errors.flatMap((error) => fieldErrors(error, []));
  if (found.length > 0) throw new InvalidInputError(found.slice(0, MAX_ERRORS));
  return input;
}

const DROPPING = { whitelist: true, forbidNonWhitelisted: false, forbidUnknownValues: true };
const REFUSING = { ...DROPPING, forbidNonWhitelisted: true };

function fieldErrors(error: Failure, parents: readonly string[]): FieldError[] {
  const path = [...parents, error.property];
  const field = fieldName(path);
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
    rule === 'whitelistValidation'
      ? unknownField(field)
      : { field, message: withPath(message, error.property, field) },
  );
  // One message per field: the first rule that failed says what to do; the others follow from it.
  return [...own.slice(0, 1), ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

function withPath(message: string, property: string, field: string): string {
  return message.startsWith(`${property} `) ? field + message.slice(property.length) : `${field}: ${message}`;
}

/**
 * A rule: its check, its message, which says the limit and what was met, and its part of the OpenAPI schema.
 */
export function rule(
  name: string,
  holds: (value: unknown, args?: ValidationArguments) => boolean,
  says: (value: unknown) => string,
  schema: Schema & { insteadOf?: string },
): PropertyDecorator {
  const checks = ValidateBy({
    name,
    validator: {
      validate: (value, args) => holds(value, args),
      defaultMessage: (args) => `${args?.property} ${says(args?.value)}`,
    },
  });
  return (target, property) => {
    checks(target, property);
    addSchema(target, property, schema);
  };
}

/** A rule for text of `min` to `max` characters, counted in Unicode code points. */
function textRule(min: number, max: number, unfit: (value: string) => string | undefined): PropertyDecorator {
  const fits = (value: string) => {
    const length = countCharacters(value);
    return length >= min && length <= max && (min === 0 || value.trim() !== '');
  };
  return rule(
    'isText',
    (value) => typeof value === 'string' && fits(value) && unfit(value) === undefined,
    (value) => {
      const limits = `must be text of ${min} to ${max} characters (Unicode code points)`;
      if (typeof value !== 'string') return `${limits}, got ${describe(value)}`;
      if (value !== '' && value.trim() === '') return `${limits}, got only white space`;
      return `${limits}, got ${fits(value) ? unfit(value) : countCharacters(value)}`;
    },
    { type: 'string', minLength: min, maxLength: max },
  );
}

/**
 * Text of `min` to `max` characters, counted in Unicode code points, that goes out to people or tells one
 * thing from another: without control characters, characters that turn the direction of writing, and halves
 * of surrogate pairs.
 * @param lineBreaks whether `\n` may stand in it
 */
export function IsText(min: number, max: number, { lineBreaks = false } = {}): PropertyDecorator {
  return textRule(min, max, (value) => {
    const unfit = unfitCharacter(value, { lineBreaks });
    return unfit && sayUnfit(unfit);
  });
}

/**
 * Text of `min` to `max` characters, whatever they are: for what is only recorded, where it is made
 * `recordable`, or has a rule of its own.
 */
export const IsAnyText = (max: number, min = 1): PropertyDecorator => textRule(min, max, () => undefined);

/** A whole number, as a number: `"1000"` is refused. */
export function IsWhole(min: number, max: number): PropertyDecorator {
  return rule(
    'isWhole',
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
    (value) => `must be a whole number from ${min} to ${max}, got ${describe(value)}`,
    { type: 'integer', minimum: min, maximum: max },
  );
}

/** WeChat's scene: a whole number 0–10000 (docs/platform.md §1.1). */
export const IsScene = () => HasExample(IsWhole(0, 10_000), SCENE);

/**
 * Text that matches a pattern; `says` completes the sentence "<field> must be …". The text met is not shown,
 * since it may be a secret, unless `shown`. A pattern with a flag that changes what it matches needs a
 * `pattern` without it for the document.
 */
export function IsLike(
  pattern: RegExp,
  says: string,
  { shown = false, ...schema }: Schema & { shown?: boolean } = {},
): PropertyDecorator {
  return rule(
    'isLike',
    (value) => typeof value === 'string' && pattern.test(value),
    (value) => `must be ${says}, got ${shown ? describe(value) : outline(value)}`,
    { type: 'string', pattern: pattern.source, ...schema },
  );
}

/** Letters, digits, `_` and `-`, as appId, openid and template ids are in all samples. */
export const IsIdentifier = (max = 64) =>
  IsLike(new RegExp(`^[\\w-]{1,${max}}$`), `1 to ${max} letters, digits, "_" or "-"`, { shown: true });

/** A list of 1 to `most` different identifiers. */
export function IsIdentifierList(most: number, max = 64): PropertyDecorator {
  const one = new RegExp(`^[\\w-]{1,${max}}$`);
  const isOne = (value: unknown) => typeof value === 'string' && one.test(value);
  return rule(
    'isIdentifierList',
    (value) =>
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= most &&
      value.every(isOne) &&
      new Set(value).size === value.length,
    (value) => {
      const limits = `must be a list of 1 to ${most} different ids, each 1 to ${max} letters, digits, "_" or "-"`;
      if (!Array.isArray(value)) return `${limits}, got ${describe(value)}`;
      if (value.length === 0 || value.length > most) return `${limits}, got ${value.length} of them`;
      const wrong = value.findIndex((id, index) => !isOne(id) || value.indexOf(id) < index);
      return `${limits}, got ${describe(value[wrong])}${isOne(value[wrong]) ? ' twice' : ''}`;
    },
    {
      type: 'array',
      minItems: 1,
      maxItems: most,
      uniqueItems: true,
      items: { type: 'string', pattern: one.source },
    },
  );
}

const MAX_URL = 2048;

/**
 * An absolute http(s) address of at most 2,048 characters, without white space and what no text that goes out
 * may hold.
 */
export const IsHttpUrl = () =>
  rule(
    'isHttpUrl',
    (value) =>
      typeof value === 'string' &&
      value.length <= MAX_URL &&
      // The parser alone would take "http:host", " http://host" and line breaks, and mend them silently.
      /^https?:\/\/[^\s\\]+$/i.test(value) &&
      unfitCharacter(value) === undefined &&
      URL.canParse(value),
    (value) =>
      `must be an absolute http or https URL of at most ${MAX_URL} characters, got ${address(value)}`,
    { type: 'string', format: 'uri', maxLength: MAX_URL, pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s\\\\]+$' },
  );

/** Without its query, which may carry a secret. */
function address(value: unknown): string {
  if (typeof value !== 'string') return describe(value);
  if (value.length > MAX_URL) return `${value.length} characters`;
  const unfit = unfitCharacter(value);
  return describe(value.replace(/[?#].*/s, '?…')) + (unfit ? `, which holds ${sayUnfit(unfit)}` : '');
}

const ISO_MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * A moment, as a `Date` or as ISO 8601 text with an offset (without one nobody knows which moment is meant);
 * becomes a `Date`.
 */
export function IsMoment(): PropertyDecorator {
  const isValid = rule(
    'isMoment',
    (value) => value instanceof Date && Number.isFinite(value.getTime()),
    (value) =>
      `must be a moment: a Date, or ISO 8601 text with an offset such as "2026-11-21T08:50:00+08:00", got ${describe(value)}`,
    { type: 'string', format: 'date-time' },
  );
  const toDate = Converted((value) =>
    typeof value === 'string' && isMoment(value) ? new Date(value) : value,
  );
  return (target, property) => {
    toDate(target, property);
    isValid(target, property);
  };
}

/** As ISO 8601 has it, on a day that there is. */
const isMoment = (text: string): boolean =>
  ISO_MOMENT.test(text) && isOnCalendar(text.slice(0, 10)) && Number.isFinite(Date.parse(text));

/** One of the given words. */
export const IsOneOf = (words: readonly string[]) =>
  rule(
    'isOneOf',
    (value) => words.includes(value as string),
    (value) => `must be ${words.map((word) => `"${word}"`).join(' or ')}, got ${describe(value)}`,
    { type: 'string', enum: words },
  );

const DAY = /^20\d\d-\d\d-\d\d$/;

/** A day of the calendar, `YYYY-MM-DD`. */
export const IsDay = () =>
  rule(
    'isDay',
    (value) => typeof value === 'string' && DAY.test(value) && isOnCalendar(value),
    (value) => `must be a day from 2000-01-01 to 2099-12-31, written YYYY-MM-DD, got ${describe(value)}`,
    { type: 'string', format: 'date', pattern: DAY.source, example: '2026-11-20' },
  );

/** The parser takes the 30th of February for a day in March. */
function isOnCalendar(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isFinite(date.getTime()) && date.toISOString().startsWith(day);
}

/** A share: a number from 0 to 1. */
export const IsShare = () =>
  rule(
    'isShare',
    (value) => typeof value === 'number' && value >= 0 && value <= 1,
    (value) => `must be a number from 0 to 1, got ${describe(value)}`,
    { type: 'number', minimum: 0, maximum: 1 },
  );

export const IsFlag = () =>
  rule(
    'isFlag',
    (value) => typeof value === 'boolean',
    (value) => `must be true or false, got ${describe(value)}`,
    { type: 'boolean' },
  );

/** Given in place of another field, never beside it. */
export const IsInsteadOf = (other: string) =>
  rule(
    'isInsteadOf',
    (_value, args) => ((args?.object ?? {}) as Record<string, unknown>)[other] === undefined,
    () => `takes the place of ${other}: give one of them`,
    { insteadOf: other },
  );

/**
 * A query parameter that is a number: `"1000"` becomes 1000, everything else stays as it is and is refused by
 * the number's own rule.
 */
export const FromDigits = () =>
  Converted((value) => (typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value));

/** An empty text is no value, as some SDKs write it. */
export const EmptyAsAbsent = () => Converted((value) => (value === '' ? undefined : value));

/** A list of `min` to `max` items of one kind; `what` is their plural. */
function IsListOf(
  min: number,
  max: number,
  what: string,
  holds: (item: unknown, at: number, list: unknown[]) => boolean,
  schema: Schema,
): PropertyDecorator {
  const fits = (list: unknown[]) => list.length >= min && list.length <= max;
  return rule(
    'isListOf',
    (value) => Array.isArray(value) && fits(value) && value.every(holds),
    (value) => {
      const limits = `must be a list of ${min} to ${max} ${what}`;
      if (!Array.isArray(value)) return `${limits}, got ${describe(value)}`;
      return fits(value) ? `${limits}, got one that is not` : `${limits}, got ${value.length}`;
    },
    { type: 'array', minItems: min, maxItems: max, ...schema },
  );
}

export const IsObjects = (min: number, max: number) => IsListOf(min, max, 'objects', isPlainObject, {});

/** Texts of 1 to `maxLength` characters. */
export const IsTexts = (min: number, max: number, maxLength: number) =>
  IsListOf(
    min,
    max,
    `texts of 1 to ${maxLength} characters (Unicode code points)`,
    (item) => typeof item === 'string' && item.trim() !== '' && countCharacters(item) <= maxLength,
    { items: { type: 'string', minLength: 1, maxLength } },
  );

/** Different whole numbers from `least` to `most`. */
export const IsWholes = (min: number, max: number, least: number, most: number) =>
  IsListOf(
    min,
    max,
    `different whole numbers from ${least} to ${most}`,
    (item, at, list) =>
      typeof item === 'number' &&
      Number.isInteger(item) &&
      item >= least &&
      item <= most &&
      list.indexOf(item) === at,
    { uniqueItems: true, items: { type: 'integer', minimum: least, maximum: most } },
  );

/** A nested object. What is not an object is refused by {@link IsPlainObject}. */
export function Nested<T extends object>(type: () => InputClass<T>): PropertyDecorator {
  const converts = InstanceOf(type);
  return (target, property) => {
    converts(target, property);
    addSchema(target, property, { nested: type });
  };
}

const isPlainObject = (value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export const IsPlainObject = () =>
  rule('isPlainObject', isPlainObject, (value) => `must be an object, got ${describe(value)}`, {
    type: 'object',
  });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A UUID, as our ids are; `says` completes the sentence "<field> must be …". */
export const IsUuid = (says = 'an id (UUID)') =>
  IsLike(UUID, says, { shown: true, pattern: UUID.source.replaceAll('a-f', 'a-fA-F'), format: 'uuid' });

/** The id of an account, `appId` everywhere. */
export const IsAppId = () => HasExample(IsIdentifier(32), APP_ID);

/** A person of one account, as the confirm brought it. */
export const IsOpenid = () => HasExample(IsIdentifier(), OPENID);

export const IsTemplateId = () => HasExample(IsIdentifier(), TEMPLATE_ID);

const HasExample =
  (isValid: PropertyDecorator, { example }: Schema): PropertyDecorator =>
  (target, property) => {
    isValid(target, property);
    addSchema(target, property, { example });
  };
