import {
  anyText,
  type FieldRule,
  licensePlate,
  numberText,
  place,
  productList,
  seconds,
  textUpTo,
  uint32,
} from './card-fields.js';

/**
 * Where the code of a card comes from: an order of WeChat Pay, or a tap on `<button
 * open-type="liveActivity">`.
 */
export const CARD_CODE_SOURCES = ['payment', 'button'] as const;
export type CardCodeSource = (typeof CARD_CODE_SOURCES)[number];

/** How long a code may begin its card, and a card may be updated (docs/platform.md §15). */
export interface CardWindows {
  /** From the payment, or the tap. */
  activateMs: number;
  /** From the activation. */
  updateMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const CARD_WINDOWS: Readonly<Record<CardCodeSource, CardWindows>> = {
  payment: { activateMs: DAY_MS, updateMs: 30 * DAY_MS },
  button: { activateMs: 5 * MINUTE_MS, updateMs: DAY_MS },
};

/**
 * One state of a type of card. What is absent is not known, since no copy of WeChat's page shows it whole:
 * nothing is refused for it here, and WeChat decides.
 */
export interface CardState {
  readonly state: number;
  /** WeChat's words. */
  readonly name?: string;
  /** Whether a card may begin with it. */
  readonly activation?: boolean;
  /** The states that it may follow; with its own number it may be sent again. */
  readonly from?: readonly number[];
  /** Fields that must be there, besides `wxa_path_query`. */
  readonly required?: readonly string[];
  /** Nothing follows it: the card has ended. */
  readonly terminal?: boolean;
}

export interface CardType {
  /** WeChat's `notify_type`. */
  readonly notifyType: number;
  readonly name: string;
  readonly code: CardCodeSource;
  /** Rules of fields, whatever the state; a field that is not here is passed on as it is. */
  readonly fields: Readonly<Record<string, FieldRule>>;
  readonly states: readonly CardState[];
  /** All of its states are known: another one is refused. @default the states are some of more */
  readonly complete?: boolean;
}

const SHOP = { product_count: uint32, product_list: productList };
const GOODS = ['product_count', 'product_list'];
const STAY = { check_in_time: seconds, check_out_time: seconds };
const JOURNEY = {
  planned_departure_time: seconds,
  planned_arrival_time: seconds,
  departure_city: place,
  arrival_city: place,
};
const PARCEL = ['sender_city', 'receiver_city', 'sender_name', 'receiver_name'];
const ON_THE_WAY = { arrival_time: seconds, distance_to_store: uint32, distance_to_destination: uint32 };
const WAIT = { min_wait_time: uint32, max_wait_time: uint32 };
const TAKE_AWAY = { ...WAIT, queue_number: textUpTo(10), current_number: numberText };

/** Every type of card that WeChat documents, with what is known of its states (docs/platform.md §15). */
export const CARD_TABLE: readonly CardType[] = [
  {
    notifyType: 2001,
    name: '购物（实体物流）',
    code: 'payment',
    fields: { ...SHOP, send_time: seconds },
    complete: true,
    states: [
      { state: 1, name: '用户已支付', activation: true, from: [7], required: GOODS },
      { state: 2, name: '待发货', activation: true, from: [1, 7], required: GOODS },
      { state: 3, name: '部分发货', activation: false, from: [1, 2, 3, 7], required: [] },
      { state: 4, name: '已发货', activation: false, from: [1, 2, 3, 7], required: [] },
      // From here on as a shop in production has them, not as a page that could be read: shipped again,
      // signed for, after-sale under way, trade succeeded, after-sale ended, cancelled, after-sale closed.
      { state: 5, activation: false, from: [3, 4, 7], required: [] },
      { state: 6, activation: false, from: [4, 5, 7], required: [] },
      { state: 7, activation: false, from: [1, 2, 3, 4, 5, 6], required: [] },
      {
        state: 8,
        activation: false,
        from: [1, 2, 3, 4, 5, 6, 7],
        required: [],
        terminal: true,
      },
      { state: 9, activation: false, from: [7], required: [], terminal: true },
      { state: 10, activation: false, from: [1, 2, 7], required: [], terminal: true },
      { state: 11, activation: false, from: [7], required: [], terminal: true },
    ],
  },
  {
    notifyType: 2002,
    name: '购物（自提）',
    code: 'payment',
    fields: { ...SHOP, pickup_time: seconds },
    states: [
      { state: 1, name: '用户已支付', activation: true, from: [7] },
      { state: 2, name: '备货中', activation: true, from: [1, 7] },
    ],
  },
  {
    notifyType: 2003,
    name: '购物（虚拟发货）',
    code: 'payment',
    fields: { ...SHOP, send_time: seconds },
    states: [
      { state: 1, name: '用户已支付', activation: true, from: [7] },
      { state: 2, name: '备货中', activation: true, from: [1, 7] },
      { state: 3 },
      { state: 4 },
    ],
  },
  {
    notifyType: 2004,
    name: '快递寄送',
    code: 'payment',
    fields: {
      ...SHOP,
      delivery_time: seconds,
      sender_city: textUpTo(11),
      receiver_city: textUpTo(11),
      sender_name: textUpTo(5),
      receiver_name: textUpTo(5),
    },
    states: [
      { state: 1, name: '待揽收', activation: true, from: [1], required: PARCEL },
      { state: 2, name: '已揽收', activation: true, from: [1, 2], required: PARCEL },
      { state: 3, name: '运输中', from: [1, 2, 3], required: [] },
      { state: 4 },
      { state: 5 },
      { state: 6 },
    ],
  },
  {
    notifyType: 2005,
    name: '保险购买',
    code: 'payment',
    fields: { ...SHOP, submit_deadline: seconds, policy_issuance_time: seconds, effective_time: seconds },
    states: [
      { state: 1, name: '待完善保单信息', activation: true, from: [1, 7] },
      { state: 2, name: '即将截止', activation: false, from: [1, 2, 7] },
    ],
  },
  {
    notifyType: 2006,
    name: '购物&餐饮（同城配送）',
    code: 'payment',
    fields: { ...SHOP, ...ON_THE_WAY },
    states: [{ state: 4 }],
  },
  {
    notifyType: 2007,
    name: '等候领取',
    code: 'payment',
    fields: { ...SHOP, ...TAKE_AWAY },
    states: [{ state: 1, name: '用户已支付', activation: true, from: [6] }],
  },
  {
    notifyType: 2008,
    name: '酒店预订',
    code: 'payment',
    fields: { ...SHOP, ...STAY },
    states: [
      {
        state: 1,
        name: '已支付',
        activation: true,
        from: [7],
        required: ['product_list', ...Object.keys(STAY)],
      },
      {
        state: 2,
        name: '预订成功',
        activation: true,
        from: [1, 7],
        required: ['product_list', ...Object.keys(STAY)],
      },
    ],
  },
  {
    notifyType: 2009,
    name: '机票',
    code: 'payment',
    fields: { ...SHOP, ...JOURNEY, flight_no: numberText },
    states: [
      {
        state: 1,
        name: '已支付',
        activation: true,
        from: [9, 12],
        required: ['flight_no', ...Object.keys(JOURNEY)],
      },
    ],
  },
  {
    notifyType: 2010,
    name: '火车票、汽车票、船票',
    code: 'payment',
    fields: { ...SHOP, ...JOURNEY, traffic_no: numberText },
    states: [{ state: 1, name: '已支付', activation: true, from: [8, 11] }],
  },
  {
    notifyType: 2011,
    name: '景区门票',
    code: 'payment',
    fields: { ...SHOP, start_use_time: seconds, expiration_time: seconds },
    states: [
      { state: 1, name: '已支付', activation: true, from: [6, 8] },
      { state: 2, name: '出票成功', activation: true, from: [1, 6, 8] },
      { state: 4 },
    ],
  },
  {
    notifyType: 1001,
    name: '打车',
    code: 'button',
    fields: {
      car_kind_count: uint32,
      license_plate: licensePlate,
      arrival_time: seconds,
      distance_to_passenger: uint32,
      distance_to_destination: uint32,
      pay_amount: uint32,
      car_color: textUpTo(2),
    },
    states: [
      { state: 1, name: '呼叫车辆中', activation: true, from: [1], required: ['car_kind_count'] },
      {
        state: 2,
        name: '司机前往上车点中',
        activation: true,
        from: [1, 2, 4],
        required: ['license_plate', 'arrival_time'],
      },
      { state: 3, name: '订单已取消', activation: false, from: [1, 2, 4, 5, 6], required: [] },
      { state: 4, activation: false },
      { state: 5 },
      { state: 6 },
    ],
  },
  {
    notifyType: 1003,
    name: '同城配送',
    code: 'button',
    fields: { ...SHOP, ...ON_THE_WAY },
    states: [
      { state: 1, name: '用户已支付', activation: true, from: [] },
      { state: 2, name: '备货中', activation: true, from: [1, 2] },
      { state: 3 },
      { state: 4 },
      { state: 5 },
      { state: 6 },
      { state: 7 },
      { state: 8 },
    ],
  },
  {
    notifyType: 1004,
    name: '取餐等候',
    code: 'button',
    fields: { ...SHOP, ...TAKE_AWAY },
    states: [{ state: 1, name: '用户已支付', activation: true, from: [] }],
  },
  {
    notifyType: 1005,
    name: '餐厅排队',
    code: 'button',
    fields: { ...WAIT, queue_number: numberText, current_number: numberText, table_type: textUpTo(2) },
    states: [
      {
        state: 1,
        name: '排队中',
        activation: true,
        from: [1],
        required: ['queue_number', 'current_number', 'min_wait_time', 'max_wait_time'],
      },
      {
        state: 2,
        name: '即将叫号',
        activation: true,
        from: [1, 2],
        required: ['queue_number', 'current_number'],
      },
    ],
  },
];

/** In every content, whatever the type; may be empty. */
export const PATH_FIELD = 'wxa_path_query';
export const COMMON_FIELDS: Readonly<Record<string, FieldRule>> = { [PATH_FIELD]: anyText };
