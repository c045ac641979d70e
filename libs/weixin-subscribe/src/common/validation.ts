import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  ValidateBy,
  type ValidationArguments,
  type ValidationError,
  type ValidationOptions,
  validateSync,
} from 'class-validator';
import { type FieldError, InvalidInputError } from './errors.js';

export type InputClass<T extends object> = new () => T;

/**
 * Checks `value` against the decorators of a DTO class and answers an instance of it.
 * @param unknownFields `refuse` for the input of hosts and services, `drop` for what WeChat sends, which may grow
 * @throws {InvalidInputError} naming every field, its limit and what was met
 */
export function validateInput<T extends object>(
  type: InputClass<T>,
  value: unknown,
  unknownFields: 'refuse' | 'drop' = 'refuse',
): T {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new InvalidInputError([{ field: '', message: 'the input must be a JSON object' }]);
  }
  const input = plainToInstance(type, value);
  const errors = validateSync(input, {
    whitelist: true,
    forbidNonWhitelisted: unknownFields === 'refuse',
    forbidUnknownValues: true,
  });
  if (errors.length > 0) throw new InvalidInputError(errors.flatMap((error) => fieldErrors(error, '')));
  return input;
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    message:
      rule === 'whitelistValidation'
        ? `${field} is not a known field`
        : withPath(message, error.property, field),
  }));
  // One message per field: the first rule that failed says what to do; the others follow from it.
  return [...own.slice(0, 1), ...(error.children ?? []).flatMap((child) => fieldErrors(child, field))];
}

function withPath(message: string, property: string, field: string): string {
  return message.startsWith(`${property} `) ? field + message.slice(property.length) : `${field}: ${message}`;
}

/** A rule with a message that says the limit and what was met. */
function rule(
  name: string,
  holds: (value: unknown, args?: ValidationArguments) => boolean,
  says: (value: unknown) => string,
  options?: ValidationOptions,
): PropertyDecorator {
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value, args) => holds(value, args),
        defaultMessage: (args) => `${args?.property} ${says(args?.value)}`,
      },
    },
    options,
  );
}

/** Unicode code points: an emoji of one code point counts 1, although JavaScript's `length` says 2. */
export function countCharacters(text: string): number {
  return [...text].length;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Text of `min` to `max` characters, counted in Unicode code points. */
export function IsText(min: number, max: number): PropertyDecorator {
  return rule(
    'isText',
    (value) =>
      typeof value === 'string' &&
      countCharacters(value) >= min &&
      countCharacters(value) <= max &&
      (min === 0 || value.trim() !== ''),
    (value) => {
      const limits = `must be text of ${min} to ${max} characters (Unicode code points)`;
      if (typeof value !== 'string') return `${limits}, got ${describe(value)}`;
      return `${limits}, got ${value.trim() === '' ? 'only white space' : countCharacters(value)}`;
    },
  );
}

/** A whole number, as a number: `"1000"` is refused. */
export function IsWhole(min: number, max: number): PropertyDecorator {
  return rule(
    'isWhole',
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
    (value) => `must be a whole number from ${min} to ${max}, got ${describe(value)}`,
  );
}

/** WeChat's scene: a whole number 0–10000 (weixin-api.md §1.1). */
export const IsScene = () => IsWhole(0, 10_000);

/** Text that matches a pattern; `says` completes the sentence "<field> must be …". */
export function IsLike(pattern: RegExp, says: string): PropertyDecorator {
  return rule(
    'isLike',
    (value) => typeof value === 'string' && pattern.test(value),
    (value) =>
      `must be ${says}, got ${typeof value === 'string' ? `${value.length} characters that are not` : describe(value)}`,
  );
}

/** Letters, digits, `_` and `-`, as appId, openid and template ids are in all samples. */
export const IsIdentifier = (max = 64) =>
  IsLike(new RegExp(`^[\\w-]{1,${max}}$`), `1 to ${max} letters, digits, "_" or "-"`);

/** An absolute http(s) address of at most 2,048 characters. */
export const IsHttpUrl = () =>
  rule(
    'isHttpUrl',
    (value) =>
      typeof value === 'string' &&
      value.length <= 2048 &&
      URL.canParse(value) &&
      /^https?:$/.test(new URL(value).protocol),
    () => 'must be an absolute http or https URL of at most 2048 characters',
  );

/** One of the given words. */
export const IsOneOf = (words: readonly string[]) =>
  rule(
    'isOneOf',
    (value) => words.includes(value as string),
    (value) => `must be ${words.map((word) => `"${word}"`).join(' or ')}, got ${describe(value)}`,
  );

/** A query parameter that is a number: `"1000"` becomes 1000, everything else stays as it is and is refused by the number's own rule. */
export const FromDigits = () =>
  Transform(({ value }) => (typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value));

/** A nested object. What is not an object is refused by {@link IsPlainObject}. */
export const Nested = <T extends object>(type: () => InputClass<T>) => Type(type);

export const IsPlainObject = () =>
  rule(
    'isPlainObject',
    (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
    (value) => `must be an object, got ${describe(value)}`,
  );
