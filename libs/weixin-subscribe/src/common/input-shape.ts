import type { FieldError } from './errors.js';

const MAX_DEPTH = 16;

/** Names that every object has. class-transformer skips some of them, and class-validator takes the others for known fields. */
const INHERITED_NAMES = new Set(Object.getOwnPropertyNames(Object.prototype));

export const unknownField = (field: string): FieldError => ({
  field,
  message: `${field} is not a known field`,
});

/** Finds, itself without recursion, what would slip through the recursive checks of our validators or exhaust their stack. */
export function shapeErrors(input: object, unknownFields: 'refuse' | 'drop'): FieldError[] {
  const errors: FieldError[] = [];
  const open = [{ value: input, path: [] as string[] }];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const [name, child] of Object.entries(next.value)) {
      const path = [...next.path, name];
      if (INHERITED_NAMES.has(name) && unknownFields === 'refuse') errors.push(unknownField(path.join('.')));
      if (child === null || typeof child !== 'object') continue;
      if (path.length === MAX_DEPTH) return [tooDeep(path[0])];
      open.push({ value: child, path });
    }
  }
  return errors;
}

const tooDeep = (field: string): FieldError => ({
  field,
  message: `${field} is nested deeper than ${MAX_DEPTH} levels`,
});

/** A shallow copy: what WeChat's callbacks bring is flat, and everything else was refused by then. */
export function withoutInheritedNames(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !INHERITED_NAMES.has(name)));
}
