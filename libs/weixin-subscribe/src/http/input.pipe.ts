import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { InvalidInputError } from '../kernel/errors.js';
import type { InputClass } from '../kernel/prepared-input.js';
import { validateInput } from '../kernel/validation.js';

const PRIMITIVES: unknown[] = [String, Number, Boolean, Array, Object];

/** Checks DTOs at an endpoint of this library, whatever global pipe the host has or lacks. */
export class InputPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || !metatype || PRIMITIVES.includes(metatype)) return value;
    if (type === 'body') assertBody(value);
    return validateInput(metatype as InputClass<object>, value ?? {});
  }
}

/**
 * Express leaves a body that is not declared as JSON unread, and its absence would be reported as many
 * missing fields.
 * @throws {InvalidInputError}
 */
export function assertBody(value: unknown): void {
  if (value === undefined || value === null) throw bodyNotJson();
}

export function bodyNotJson(): InvalidInputError {
  return new InvalidInputError([
    { field: '', message: 'the body must be a JSON object, sent as "Content-Type: application/json"' },
  ]);
}
