import { ConfigError } from './usage-error.js';

/** It has no address on a page and no form on the wire. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const NOT_UNICODE = 'must be valid Unicode: it holds half an emoji';

/**
 * Reads fields of an object that came from outside (a file, HTTP, a caller without types), naming the one
 * that is wrong.
 */
export class FieldReader {
  private readonly source: Record<string, unknown>;

  constructor(
    value: unknown,
    private readonly path = '',
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ConfigError(path || 'value', 'must be an object');
    }
    this.source = value as Record<string, unknown>;
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  fail(name: string, problem: string): never {
    throw new ConfigError(this.at(name), problem);
  }

  /** Refuses fields nobody reads: they are mostly misspelt ones. */
  onlyKnown(names: readonly string[]): this {
    for (const name of Object.keys(this.source)) {
      if (!names.includes(name)) this.fail(name, `is not a known field (known: ${names.join(', ')})`);
    }
    return this;
  }

  everything(): Record<string, unknown> {
    return { ...this.source };
  }

  raw(name: string): unknown {
    return this.source[name] ?? undefined;
  }

  isNull(name: string): boolean {
    return this.source[name] === null;
  }

  text(name: string, pattern?: RegExp, meaning = 'must be a non-empty string'): string | undefined {
    const value = this.anyText(name, meaning);
    if (value === undefined) return undefined;
    if (pattern && !pattern.test(value)) this.fail(name, meaning);
    if (LONE_SURROGATE.test(value)) this.fail(name, NOT_UNICODE);
    return value;
  }

  /** Also what is not valid Unicode, where it is meant to be wrong. */
  anyText(name: string, meaning = 'must be a non-empty string'): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    return typeof value === 'string' && value !== '' ? value : this.fail(name, meaning);
  }

  requiredText(name: string, pattern?: RegExp, meaning?: string): string {
    return this.text(name, pattern, meaning) ?? this.fail(name, 'is required');
  }

  number(name: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) {
      this.fail(name, `must be a number from ${minimum} to ${maximum}`);
    }
    return value;
  }

  integer(name: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.number(name, minimum, maximum);
    if (value !== undefined && !Number.isInteger(value)) this.fail(name, 'must be a whole number');
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value !== undefined && typeof value !== 'boolean') this.fail(name, 'must be true or false');
    return value;
  }

  oneOf<T extends string | number>(name: string, values: readonly T[]): T | undefined {
    const value = this.raw(name);
    if (value !== undefined && !values.includes(value as T)) {
      this.fail(name, `must be one of ${values.map((each) => JSON.stringify(each)).join(', ')}`);
    }
    return value as T | undefined;
  }

  list<T>(name: string, readItem: (item: unknown, path: string) => T): T[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) this.fail(name, 'must be a list');
    return value.map((item, index) => readItem(item, `${this.at(name)}[${index}]`));
  }

  texts(name: string, pattern?: RegExp, meaning = 'must be a non-empty string'): string[] | undefined {
    return this.list(name, (item, path) => {
      if (typeof item !== 'string' || item === '' || (pattern && !pattern.test(item))) {
        throw new ConfigError(path, meaning);
      }
      if (LONE_SURROGATE.test(item)) throw new ConfigError(path, NOT_UNICODE);
      return item;
    });
  }
}
