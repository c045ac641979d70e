import { type Refusal, refuse } from '../platform/errcodes.js';
import { isObject, type JsonObject } from '../send/read-body.js';
import type { CardKind, FieldForm } from './card-kinds.js';

/** Half an emoji, and what shows nothing. */
const ILLEGAL = /[\p{Cc}\p{Cs}]/u;
const PLATE =
  /^[京津沪渝苏浙豫粤川陕冀辽吉皖闽鄂湘鲁晋黑赣贵甘桂琼云青蒙藏宁新使领][A-Z0-9]{5,6}[A-Z0-9学港澳挂]$/;

/** 85440 for a field that is missing, 85441 for one of another form, 85443 for what is no UTF-8. */
export function refuseContent(kind: CardKind, state: number, content: JsonObject): Refusal | undefined {
  const needed = ['wxa_path_query', ...(kind.rows[state]?.needs ?? [])];
  const missing = needed.find((name) => content[name] === undefined || content[name] === null);
  if (missing) return refuse(85440, `content_json lack need field ${missing}`);
  const forms: Record<string, FieldForm> = { ...kind.forms, wxa_path_query: 'text' };
  const bent = Object.keys(forms).find((name) => name in content && !hasForm(content[name], forms[name]));
  if (bent) return refuse(85441, `content_json has unformat field ${bent}`);
  return hasIllegalText(content) ? refuse(85443) : undefined;
}

/** Whether a text in it holds half an emoji, or a control character other than a line break. */
export function hasIllegalText(content: JsonObject): boolean {
  return ILLEGAL.test(textsOf(content).replaceAll('\n', ''));
}

function hasForm(value: unknown, form: FieldForm | undefined): boolean {
  if (typeof form === 'number') return typeof value === 'string' && [...value].length <= form;
  switch (form) {
    case 'number':
      return isUint32(value);
    case 'code':
      return typeof value === 'string' && /^[A-Za-z0-9_~\-/.]{1,32}$/.test(value);
    case 'plate':
      return typeof value === 'string' && (value === '' || PLATE.test(value));
    case 'place':
      return isObject(value) && ('domestic_region' in value || 'oversea_areas' in value);
    case 'goods':
      return isObject(value) && Array.isArray(value.info_list) && value.info_list.every(isGood);
    default:
      return typeof value === 'string';
  }
}

function isGood(item: unknown): boolean {
  if (!isObject(item)) return false;
  const texts = ['product_img', 'product_name', 'product_path_query'];
  const numbers = ['count', 'single_price'].filter((name) => name in item);
  return (
    texts.every((name) => typeof item[name] === 'string') && numbers.every((name) => isUint32(item[name]))
  );
}

export const isUint32 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;

function textsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textsOf).join('');
}
