import { describe, outline } from './describe.js';
import { InvalidOptionsError } from './errors.js';
import { failuresOf } from './prepared-validation.js';
import { rule } from './validation.js';

type Section<T extends object> = new () => T;

/** What a host may write of a section: everything that has a default is optional. */
export type Given<T> = { -readonly [name in keyof T]?: T[name] };

/** One of the given words. */
export const IsChoice = (words: readonly string[]) =>
  rule(
    'isChoice',
    (value) => words.includes(value as string),
    (value) => notAmong(words, value),
    { type: 'string', enum: words },
  );

export function notAmong(words: readonly string[], value: unknown): string {
  return `must be one of ${words.map((word) => `"${word}"`).join(', ')}, got ${describe(value)}`;
}

/**
 * Whether a value is what an environment variable that is not set leaves behind, in words; `undefined`: it is
 * something else. A template string makes the text "undefined" of it, JSON the text "null".
 */
export function unset(value: unknown): string | undefined {
  const met = unsetAs(value);
  return met && `is not set (it is ${met}: is the environment variable loaded?)`;
}

function unsetAs(value: unknown): string | undefined {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '') return 'empty';
  return /^(?:undefined|null)$/i.test(text) ? `the text "${text}"` : undefined;
}

/** An address that was put together with a variable that is not set: `undefined/weixin`. */
function unsetWithin(value: unknown): string | undefined {
  const inPlaceOfHost = /^(?:https?:\/\/)?(undefined|null)(?=[:/?#]|$)/i.exec(String(value));
  return inPlaceOfHost
    ? `is not set (its host is the text "${inPlaceOfHost[1]}": is the environment variable loaded?)`
    : undefined;
}

/** Text that matches a pattern. `says` is the message: it shows no value, since that may be a secret. */
export const IsFit = (pattern: RegExp, says: string) =>
  rule(
    'isFit',
    (value) => typeof value === 'string' && pattern.test(value),
    () => says,
    { type: 'string' },
  );

/** The same, of an id or a secret that hosts keep in the environment: a variable that is not set is named. */
export const IsSetAndFit = (pattern: RegExp, says: string) =>
  rule(
    'isSetAndFit',
    (value) => typeof value === 'string' && unset(value) === undefined && pattern.test(value),
    (value) => unset(value) ?? says,
    { type: 'string' },
  );

/** Collects everything that is wrong with the options, so that a host sees all of it at once. */
export class OptionChecks {
  private readonly problems: { option: string; message: string }[] = [];

  refuse(option: string, message: string): void {
    this.problems.push({ option, message });
  }

  /**
   * A group of options; none of it when it is left out. Text in its place may be what should have been
   * parsed, secrets and all.
   */
  section<T extends object>(option: string, given: T | undefined): Partial<T> {
    if (given === undefined || given === null) return {};
    if (typeof given === 'object' && !Array.isArray(given)) return given;
    this.refuse(option, `must be an object, got ${outline(given)}`);
    return {};
  }

  /**
   * A section, checked by the decorators of its class; its initialisers are the defaults, which `null` takes
   * as well. What was refused has its default, so that one mistake does not lead to reports of others.
   */
  read<T extends object>(at: string, type: Section<T>, given: unknown): T {
    const read = this.pick(at, type, given);
    const defaults = new type();
    for (const { property, constraints } of failuresOf(read, { forbidUnknownValues: false })) {
      const [message] = Object.values(constraints ?? {});
      this.refuse(`${at}.${property}`, message.slice(property.length + 1));
      Object.assign(read, { [property]: defaults[property as keyof T] });
    }
    return read;
  }

  /**
   * The options of a section that its class knows. Refuses the others: a misspelt one would leave its default
   * in force, in silence.
   */
  pick<T extends object>(at: string, type: Section<T>, given: unknown): T {
    const known = new type();
    for (const [name, value] of Object.entries(this.section(at, given as object | undefined))) {
      if (Object.hasOwn(known, name)) Object.assign(known, { [name]: value ?? known[name as keyof T] });
      else if (value !== undefined)
        this.refuse(
          at === '' ? name : `${at}.${name}`,
          `is not known; known are ${Object.keys(known).join(', ')}`,
        );
    }
    return known;
  }

  /** An absolute http(s) address without query, fragment or credentials. */
  url(option: string, value: unknown): URL {
    const missing = unset(value) ?? unsetWithin(value);
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    if (missing) {
      this.refuse(option, missing);
      return new URL('http://invalid.invalid');
    }
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
      this.refuse(option, 'must be an absolute http(s) URL without query, fragment and credentials');
      return new URL('http://invalid.invalid');
    }
    return url;
  }

  /** Text that matches a pattern, as {@link IsSetAndFit} checks it. */
  text(option: string, value: unknown, pattern: RegExp, rule: string): string {
    const missing = unset(value);
    if (missing) this.refuse(option, missing);
    else if (typeof value !== 'string' || !pattern.test(value)) this.refuse(option, rule);
    return value as string;
  }

  /** @throws {InvalidOptionsError} naming every option that was refused */
  finish(): void {
    if (this.problems.length > 0) throw new InvalidOptionsError(this.problems);
  }
}
