/** A person answered a popup for subscription messages, on a page or in settings. */
export interface SubscribeMsgPopupItem {
  templateId: string;
  /** `accept` or `reject`. */
  status: string;
  /** Where it was asked: 0 page of a mini-program, 1 web page, 2 article. */
  popupScene?: number;
}

/** A person changed their mind in the settings; WeChat pushes `reject` only. */
export interface SubscribeMsgChangeItem {
  templateId: string;
  status: string;
}

/** What became of one message. */
export interface SubscribeMsgSentItem {
  templateId: string;
  /** Beyond 2^53, therefore a text. */
  msgId: string;
  /** 0: delivered. */
  errorCode: number;
  /** `success`, or WeChat's word for the failure. */
  errorStatus: string;
}

/**
 * The events with a list, which comes as one object or several and under any wrapper; here it is always a
 * list.
 */
export interface SubscribeMsgItems {
  subscribe_msg_popup_event: SubscribeMsgPopupItem[];
  subscribe_msg_change_event: SubscribeMsgChangeItem[];
  subscribe_msg_sent_event: SubscribeMsgSentItem[];
}

export type SubscribeMsgEventName = keyof SubscribeMsgItems;

/** What WeChat pushed, once. `PushEvent<'subscribe_msg_sent_event'>` has typed `items`. */
export interface PushEvent<Name extends string = string> {
  /** Ours. The same in every repetition of one event, so a listener can use it as a key. */
  id: string;
  appId: string;
  /** `Event` of an event, `MsgType` of a message (`text`, `image`, …), as WeChat writes them. */
  name: Name;
  /** `FromUserName`; empty where WeChat names nobody. */
  openid: string;
  /** `CreateTime`, to the second; absent where WeChat gives none. */
  createdAt?: Date;
  receivedAt: Date;
  items: Name extends SubscribeMsgEventName ? SubscribeMsgItems[Name] : unknown[];
  /**
   * The whole body as WeChat named it. From XML every value is a text; whole numbers beyond 2^53 in JSON are
   * texts too.
   */
  fields: Record<string, unknown>;
}

/** `pending` has listeners still to hear it, `done` none; `failed`: one threw every time. */
export const PUSH_EVENT_STATUSES = ['pending', 'done', 'failed'] as const;
export type PushEventStatus = (typeof PUSH_EVENT_STATUSES)[number];

/** The row of an event. */
export interface PushEventRecord {
  id: string;
  appId: string;
  name: string;
  openid: string;
  status: PushEventStatus;
  /** How often its listeners were called. */
  attempts: number;
  /** Why the last attempt failed. */
  reason?: string;
  receivedAt: Date;
  endedAt?: Date;
}
