import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { type InputClass, validateInput } from '../validation.js';

const PRIMITIVES: unknown[] = [String, Number, Boolean, Array, Object];

/** Checks DTOs at a door of this library, whatever global pipe the host has or lacks. */
export class InputPipe implements PipeTransform {
  constructor(private readonly unknownFields: 'refuse' | 'drop' = 'refuse') {}

  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || !metatype || PRIMITIVES.includes(metatype)) return value;
    return validateInput(metatype as InputClass<object>, value ?? {}, this.unknownFields);
  }
}
