import { describe } from './describe.js';
import { type FieldError, InvalidInputError } from './errors.js';

const MAX_DEPTH = 16;
/** A body of unknown fields alone would otherwise be answered with several times its size. */
export const MAX_ERRORS = 20;
/** Of a name that the caller made up. */
const SHOWN_NAME = 64;

/** Names that every object has: class-validator takes them for known fields, and `__proto__` is no member. */
const INHERITED_NAMES = new Set(Object.getOwnPropertyNames(Object.prototype));

export const unknownField = (field: string): FieldError => wrong(field, 'is not a known field');

/** The path of a field as an error names it: names that nobody of ours gave are cut. */
export function fieldName(names: readonly string[]): string {
  return names.map((name) => (name.length > SHOWN_NAME ? `${name.slice(0, SHOWN_NAME)}…` : name)).join('.');
}

/**
 * A copy of what a caller gave that is data and nothing else: own members alone, each read once. Whatever
 * looks at it afterwards meets no getter, no proxy, no function, no class of the caller's, no sparse list,
 * and at most 16 levels. Made without recursion.
 * @param unknownFields `refuse` names that every object has, or `drop` them
 * @throws {InvalidInputError}
 */
export function plainInput<T extends object>(input: T, unknownFields?: 'refuse' | 'drop'): T;
export function plainInput(input: unknown, unknownFields?: 'refuse' | 'drop'): object;
export function plainInput(input: unknown, unknownFields: 'refuse' | 'drop' = 'refuse'): object {
  const { members: copy } = read(() => input);
  if (!copy || Array.isArray(copy.to))
    throw refused([{ field: '', message: 'the input must be a JSON object' }]);
  const errors: FieldError[] = [];
  const open = [{ ...copy, path: [] as string[] }];
  for (let next = open.pop(); next && errors.length < MAX_ERRORS; next = open.pop()) {
    for (const name of next.names) {
      if (INHERITED_NAMES.has(name)) {
        if (unknownFields === 'refuse') errors.push(unknownField(fieldName([...next.path, name])));
        continue;
      }
      const from = next.from as Members;
      const { value, members, problem } = read(() => from[name]);
      if (!members && !problem) {
        next.to[name] = value;
        continue;
      }
      const path = [...next.path, name];
      if (problem) errors.push(wrong(fieldName(path), problem));
      if (members && path.length === MAX_DEPTH)
        throw refused([wrong(fieldName([path[0]]), `is nested deeper than ${MAX_DEPTH} levels`)]);
      if (members) open.push({ ...members, path });
      next.to[name] = members?.to;
    }
  }
  if (errors.length > 0) throw refused(errors.slice(0, MAX_ERRORS));
  return copy.to;
}

type Members = Record<string, unknown>;

interface Met {
  value?: unknown;
  /** Of an object or a list: whose, what they are called, and where to copy them. */
  members?: { from: object; names: string[]; to: Members };
  /** Completes the sentence "<field> …". */
  problem?: string;
}

/**
 * Every look at something of the caller's, which may throw. A date is copied: one of another class may say
 * what it likes.
 */
function read(look: () => unknown): Met {
  try {
    const value = look();
    if (typeof value === 'function') return { problem: `must be data, got ${describe(value)}` };
    if (value === null || typeof value !== 'object') return { value };
    if (value instanceof Date) return { value: new Date(Date.prototype.getTime.call(value)) };
    const names = Object.keys(value);
    if (!Array.isArray(value)) return { members: { from: value, names, to: {} } };
    const { length } = value;
    if (length !== names.length) return { problem: 'must be a list without gaps' };
    return { members: { from: value, names, to: new Array(length) as unknown as Members } };
  } catch {
    return { problem: 'cannot be read' };
  }
}

const refused = (errors: FieldError[]) => new InvalidInputError(errors);

function wrong(field: string, says: string): FieldError {
  return { field, message: `${field} ${says}` };
}
