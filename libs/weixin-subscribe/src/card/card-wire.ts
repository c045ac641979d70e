import type { CardFields, CardPayment, CardRecord, CardStanding, CardUpdateRecord } from './card.types.js';

// WeChat's shapes of a card stop here (docs/platform.md §15).

export const SET_PATH = '/wxa/set_user_notify';
export const EXT_PATH = '/wxa/set_user_notifyext';
export const GET_PATH = '/wxa/get_user_notify';

/** Whose card, of a person who was not forgotten. */
type Addressed = Pick<CardRecord, 'openid' | 'notifyType'> & { notifyCode: string };

const addressOf = ({ openid, notifyType, notifyCode }: Addressed) => ({
  openid,
  notify_type: notifyType,
  notify_code: notifyCode,
});

/** `check_json` goes with the state that begins the card, and with no other. */
export function setBody(card: Addressed, state: number, fields: CardFields, payment?: CardPayment): string {
  return JSON.stringify({
    ...addressOf(card),
    content_json: JSON.stringify({ cur_status: state, ...present(fields) }),
    ...(payment && { check_json: JSON.stringify(checkOf(payment)) }),
  });
}

/** Null and absent say the same to our callers. */
const present = (fields: CardFields): CardFields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

const checkOf = ({ amountFen, paidAt, channel }: CardPayment) => ({
  pay_amount: amountFen,
  pay_time: Math.floor(paidAt.getTime() / 1000),
  pay_channel: channel,
});

/** Each member is text with JSON in it; given as objects, WeChat answers 85470. */
export function extBody(card: Addressed, ext: CardFields): string {
  const members = Object.entries(ext).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return JSON.stringify({ ...addressOf(card), ext_json: JSON.stringify(Object.fromEntries(members)) });
}

export const getBody = (card: Addressed): string => JSON.stringify(addressOf(card));

/** The call that an update makes. */
export function callOf(
  card: Addressed & Pick<CardRecord, 'state' | 'payment'>,
  { kind, state = 0, content = {} }: Pick<CardUpdateRecord, 'kind' | 'state' | 'content'>,
): { path: string; body: string } {
  if (kind === 'ext') return { path: EXT_PATH, body: extBody(card, content) };
  const payment = card.state === undefined ? card.payment : undefined;
  return { path: SET_PATH, body: setBody(card, state, content, payment) };
}

/** What `get_user_notify` says; whatever it holds that is none of this is left out. */
export function standingOf(body: Record<string, unknown>): CardStanding {
  const info = objectIn(body.notify_info) ?? {};
  const { cur_status: state, ...fields } = objectIn(info.content_json) ?? {};
  const extInfo = objectIn(body.notify_ext_info) ?? objectIn(info.notify_ext_info);
  const ext = objectIn(extInfo?.ext_json);
  const codeState = wholeIn(info.code_state);
  const expiresAt = wholeIn(info.code_expire_time);
  return {
    ...(wholeIn(state) !== undefined && { state: wholeIn(state), fields }),
    ...(ext && { ext: openedExt(ext) }),
    ...(codeState !== undefined && { codeState }),
    ...(expiresAt !== undefined && expiresAt > 0 && { expiresAt: new Date(1000 * expiresAt) }),
  };
}

/** The members of an `ext_json`, each read where it is text with JSON in it. */
export const openedExt = (ext: CardFields): CardFields =>
  Object.fromEntries(Object.entries(ext).map(([name, each]) => [name, opened(each)]));

/** An object, or text with the JSON of one. */
function objectIn(value: unknown): Record<string, unknown> | undefined {
  const read = typeof value === 'string' ? opened(value) : value;
  return typeof read === 'object' && read !== null && !Array.isArray(read)
    ? (read as Record<string, unknown>)
    : undefined;
}

/** What a text with JSON holds; other texts are what they are. */
function opened(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const wholeIn = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
};
