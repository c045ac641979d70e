import type {
  SubscribeMsgChangeItem,
  SubscribeMsgEventName,
  SubscribeMsgPopupItem,
  SubscribeMsgSentItem,
} from './push.types.js';

type Fields = Record<string, unknown>;

/** WeChat says that it failed, and no code. */
const UNKNOWN_ERROR = -1;

const READ: Record<
  SubscribeMsgEventName,
  (item: Fields) => SubscribeMsgPopupItem | SubscribeMsgChangeItem | SubscribeMsgSentItem
> = {
  subscribe_msg_popup_event: (item) => ({
    templateId: text(item.TemplateId),
    status: text(item.SubscribeStatusString),
    ...(text(item.PopupScene) !== '' && { popupScene: Number(text(item.PopupScene)) }),
  }),
  subscribe_msg_change_event: (item) => ({
    templateId: text(item.TemplateId),
    status: text(item.SubscribeStatusString),
  }),
  subscribe_msg_sent_event: (item) => ({
    templateId: text(item.TemplateId),
    msgId: text(item.MsgID),
    errorCode: errorCodeOf(item),
    errorStatus: text(item.ErrorStatus),
  }),
};

/** The items of an event in our words; none for events without a list. */
export function subscribeMsgItems(name: string, fields: Fields) {
  return Object.hasOwn(READ, name) ? itemsIn(fields).map(READ[name as SubscribeMsgEventName]) : [];
}

/**
 * JSON has `List` at the top, XML within a wrapper whose name the pages do not agree on, and which may be
 * there more than once; both give one item as itself, several as a list.
 */
function itemsIn(fields: Fields): Fields[] {
  const wrappers = Object.values(fields).flat().filter(isFields);
  return [fields, ...wrappers].flatMap(({ List }) => List).filter(isFields);
}

/** 0 only where nothing speaks against it: a failure that is taken for a delivery would be lost. */
function errorCodeOf({ ErrorCode, ErrorStatus }: Fields): number {
  const [code, status] = [text(ErrorCode), text(ErrorStatus)];
  if (code === '') return /^(success)?$/i.test(status) ? 0 : UNKNOWN_ERROR;
  if (!/^-?\d{1,9}$/.test(code)) return UNKNOWN_ERROR;
  return Number(code) === 0 && /^fail/i.test(status) ? UNKNOWN_ERROR : Number(code);
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
