import { describe, outline } from '../kernel/describe.js';
import { InvalidOptionsError } from '../kernel/errors.js';

/** Collects everything that is wrong with the options, so that a host sees all of it at once. */
export class OptionChecks {
  private readonly problems: { option: string; message: string }[] = [];

  refuse(option: string, message: string): void {
    this.problems.push({ option, message });
  }

  /** A group of options; none of it when it is left out. Text in its place may be what should have been parsed, secrets and all. */
  section<T extends object>(option: string, given: T | undefined): Partial<T> {
    if (given === undefined || given === null) return {};
    if (typeof given === 'object' && !Array.isArray(given)) return given;
    this.refuse(option, `must be an object, got ${outline(given)}`);
    return {};
  }

  integer(option: string, value: unknown, fallback: number, min: number, max: number): number {
    const chosen = value ?? fallback;
    if (typeof chosen !== 'number' || !Number.isInteger(chosen) || chosen < min || chosen > max) {
      this.refuse(option, `must be a whole number from ${min} to ${max}, got ${describe(chosen)}`);
      return fallback;
    }
    return chosen;
  }

  share(option: string, value: unknown, fallback: number): number {
    const chosen = value ?? fallback;
    if (typeof chosen !== 'number' || !(chosen >= 0 && chosen <= 1)) {
      this.refuse(option, `must be a number from 0 to 1, got ${describe(chosen)}`);
      return fallback;
    }
    return chosen;
  }

  oneOf<T extends string>(option: string, value: unknown, allowed: readonly T[], fallback?: T): T {
    const chosen = value ?? fallback;
    if (!allowed.includes(chosen as T)) {
      this.refuse(
        option,
        `must be one of ${allowed.map((one) => `"${one}"`).join(', ')}, got ${describe(chosen)}`,
      );
      // Something valid, so that one mistake does not lead to reports of others.
      return fallback ?? allowed[0];
    }
    return chosen as T;
  }

  flag(option: string, value: unknown, fallback: boolean): boolean {
    const chosen = value ?? fallback;
    if (typeof chosen !== 'boolean') this.refuse(option, `must be true or false, got ${describe(chosen)}`);
    return chosen as boolean;
  }

  /** An absolute http(s) address without query, fragment or credentials. */
  url(option: string, value: unknown): URL {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
      this.refuse(option, 'must be an absolute http(s) URL without query, fragment and credentials');
      return new URL('http://invalid.invalid');
    }
    return url;
  }

  text(option: string, value: unknown, pattern: RegExp, rule: string): string {
    if (typeof value !== 'string' || !pattern.test(value)) this.refuse(option, rule);
    return value as string;
  }

  /** @throws {InvalidOptionsError} naming every option that was refused */
  finish(): void {
    if (this.problems.length > 0) throw new InvalidOptionsError(this.problems);
  }
}
