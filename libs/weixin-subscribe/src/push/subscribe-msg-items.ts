import type {
  SubscribeMsgChangeItem,
  SubscribeMsgEventName,
  SubscribeMsgPopupItem,
  SubscribeMsgSentItem,
} from './push.types.js';

type Fields = Record<string, unknown>;

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
    errorCode: Number(text(item.ErrorCode)),
    errorStatus: text(item.ErrorStatus),
  }),
};

/** The items of an event in our words; none for events without a list. */
export function subscribeMsgItems(name: string, fields: Fields) {
  return Object.hasOwn(READ, name) ? itemsIn(fields).map(READ[name as SubscribeMsgEventName]) : [];
}

/** JSON has `List` at the top, XML within a wrapper whose name the pages do not agree on; both give one item as itself, several as a list. */
export function itemsIn(fields: Fields): Fields[] {
  const lists = [fields, ...Object.values(fields).filter(isFields)].map(({ List }) => List);
  const list = lists.find((one) => one !== undefined);
  return [list].flat().filter(isFields);
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
