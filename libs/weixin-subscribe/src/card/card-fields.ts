import { countCharacters, describe } from '../kernel/describe.js';
import type { FieldError } from '../kernel/errors.js';
import { sayUnfit, unfitCharacter } from '../kernel/text.js';

/** Checks one field of a card's content: what is wrong with the value, as the end of "<field> …". */
export type FieldRule = (value: unknown) => string | undefined;

const MAX_UINT32 = 4_294_967_295;

const isUint32 = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_UINT32;

/** Numbers, amounts in fen, distances in metres, waiting times in seconds. */
export const uint32: FieldRule = (value) =>
  isUint32(value)
    ? undefined
    : `must be a whole number from 0 to ${MAX_UINT32}, as a number, got ${describe(value)}`;

/** A moment in seconds. Milliseconds do not fit, and are the usual slip. */
export const seconds: FieldRule = (value) =>
  isUint32(value)
    ? undefined
    : `must be a moment in whole seconds since 1970, as a number, got ${describe(value)}`;

export const anyText: FieldRule = (value) =>
  typeof value === 'string' ? undefined : `must be text, got ${describe(value)}`;

/** At most so many characters, counted in Unicode code points. */
export const textUpTo =
  (most: number): FieldRule =>
  (value) =>
    typeof value === 'string' && countCharacters(value) <= most
      ? undefined
      : `must be text of at most ${most} characters (Unicode code points), got ${describe(value)}`;

/** Numbers of flights, trains and queues. */
export const numberText: FieldRule = (value) =>
  typeof value === 'string' && /^[\w~./-]{1,32}$/.test(value)
    ? undefined
    : `must be 1 to 32 of the characters A-Z a-z 0-9 _ ~ - / . , got ${describe(value)}`;

const PROVINCES = '京津沪渝苏浙豫粤川陕冀辽吉皖闽鄂湘鲁晋黑赣贵甘桂琼云青蒙藏宁新使领';
const PLATE = new RegExp(`^[${PROVINCES}][A-Z0-9]{5,6}[A-Z0-9学港澳挂]$`);

export const licensePlate: FieldRule = (value) =>
  value === '' || (typeof value === 'string' && PLATE.test(value))
    ? undefined
    : `must be a number plate of 7 or 8 characters such as "粤A12345", without spaces and dots, or empty, got ${describe(value)}`;

/** A place of departure or arrival: WeChat checks its names against a list of its own. */
export const place: FieldRule = (value) => {
  if (!isObject(value)) return `must be an object, got ${describe(value)}`;
  if (value.domestic_region === undefined && value.oversea_areas === undefined)
    return 'must have domestic_region or oversea_areas';
  return undefined;
};

const ITEM_TEXTS = ['product_img', 'product_name', 'product_path_query'] as const;
const ITEM_NUMBERS = ['count', 'single_price'] as const;

export const productList: FieldRule = (value) => {
  const list = isObject(value) ? value.info_list : undefined;
  if (!Array.isArray(list) || list.length === 0)
    return 'must be an object with "info_list", a list of at least one product';
  for (const [at, item] of list.entries()) {
    if (!isObject(item)) return `: info_list[${at}] must be an object, got ${describe(item)}`;
    for (const name of ITEM_TEXTS)
      if (typeof item[name] !== 'string')
        return `: info_list[${at}].${name} must be text, got ${describe(item[name])}`;
    for (const name of ITEM_NUMBERS) {
      const wrong = item[name] === undefined ? undefined : uint32(item[name]);
      if (wrong) return `: info_list[${at}].${name} ${wrong}`;
    }
  }
  return undefined;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first text within, at any depth, that WeChat would not take (85443), in words. */
export function unfitText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const unfit = unfitCharacter(value, { lineBreaks: true });
    return unfit && sayUnfit(unfit);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = unfitText(name) ?? unfitText(inner);
    if (found) return found;
  }
  return undefined;
}

/** The field as an error names it, with what is wrong. */
export const wrongField = (name: string, says: string): FieldError => {
  const field = `fields.${name}`;
  return { field, message: says.startsWith(':') ? field + says : `${field} ${says}` };
};
