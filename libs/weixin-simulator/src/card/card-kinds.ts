/**
 * What a field may be. `number`: uint32. `code`: 1 to 32 of `[A-Za-z0-9_~-/.]`. A number: text so long at
 * most.
 */
export type FieldForm = 'number' | 'text' | 'code' | 'plate' | 'goods' | 'place' | number;

/** One row of the table of a type's page. Null: the copies of the page end before they say. */
interface Row {
  begins: boolean | null;
  follows: readonly number[] | null;
  needs: readonly string[];
  last?: boolean;
}

export interface CardKind {
  name: string;
  source: 'order' | 'button';
  forms: Readonly<Record<string, FieldForm>>;
  /** By state. Of a complete machine there are no others. */
  rows: Readonly<Record<number, Row>>;
  complete?: boolean;
}

const goods = { product_count: 'number', product_list: 'goods' } as const;
const SHOWN = ['product_count', 'product_list'];

const may = (follows: readonly number[] | null, ...needs: string[]): Row => ({
  begins: true,
  follows,
  needs,
});
const later = (follows: readonly number[] | null, ...needs: string[]): Row => ({
  begins: false,
  follows,
  needs,
});
const end = (...follows: number[]): Row => ({ begins: false, follows, needs: [], last: true });

/** The pages of the types (fact sheet A.4, A.5), as far as the copies show them. */
export const CARD_KINDS: Readonly<Record<number, CardKind>> = {
  2001: {
    name: '购物（实体物流）',
    source: 'order',
    complete: true,
    forms: { ...goods, send_time: 'number' },
    rows: {
      1: may([7], ...SHOWN),
      2: may([1, 7], ...SHOWN),
      3: later([1, 2, 3, 7]),
      4: later([1, 2, 3, 7]),
      5: later([3, 4, 7]),
      6: later([4, 5, 7]),
      7: later([1, 2, 3, 4, 5, 6]),
      8: end(1, 2, 3, 4, 5, 6, 7),
      9: end(7),
      10: end(1, 2, 7),
      11: end(7),
    },
  },
  2002: {
    ...{ name: '购物（自提）', source: 'order', forms: { ...goods, pickup_time: 'number' } },
    rows: { 1: may([7]), 2: may([1, 7]) },
  },
  2003: {
    ...{ name: '购物（虚拟发货）', source: 'order', forms: { ...goods, send_time: 'number' } },
    rows: { 1: may([7]), 2: may([1, 7]) },
  },
  2004: {
    name: '快递寄送',
    source: 'order',
    forms: {
      ...{ delivery_time: 'number', sender_city: 11, receiver_city: 11, sender_name: 5, receiver_name: 5 },
    },
    rows: {
      1: may([1], 'sender_city', 'receiver_city', 'sender_name', 'receiver_name'),
      2: may([1, 2], 'sender_city', 'receiver_city', 'sender_name', 'receiver_name'),
      3: { begins: null, follows: [1, 2, 3], needs: [] },
    },
  },
  2005: {
    name: '保险购买',
    source: 'order',
    forms: { submit_deadline: 'number', policy_issuance_time: 'number', effective_time: 'number' },
    rows: { 1: may([1, 7]), 2: later([1, 2, 7]) },
  },
  2006: {
    name: '购物&餐饮（同城配送）',
    source: 'order',
    forms: {
      ...goods,
      arrival_time: 'number',
      distance_to_store: 'number',
      distance_to_destination: 'number',
    },
    rows: {},
  },
  2007: {
    name: '等候领取',
    source: 'order',
    forms: { queue_number: 10, current_number: 'code', min_wait_time: 'number', max_wait_time: 'number' },
    rows: { 1: may([6]) },
  },
  2008: {
    name: '酒店预订',
    source: 'order',
    forms: { ...goods, check_in_time: 'number', check_out_time: 'number' },
    rows: {
      1: may([7], 'product_list', 'check_in_time', 'check_out_time'),
      2: may([1, 7], 'product_list', 'check_in_time', 'check_out_time'),
    },
  },
  2009: {
    name: '机票',
    source: 'order',
    forms: {
      ...{ flight_no: 'code', planned_departure_time: 'number', planned_arrival_time: 'number' },
      ...{ departure_city: 'place', arrival_city: 'place' },
    },
    rows: {
      1: may(
        [9, 12],
        ...['flight_no', 'planned_departure_time', 'planned_arrival_time', 'departure_city', 'arrival_city'],
      ),
    },
  },
  2010: {
    name: '火车票、汽车票、船票',
    source: 'order',
    forms: {
      ...{ traffic_no: 'code', planned_departure_time: 'number', planned_arrival_time: 'number' },
      ...{ departure_city: 'place', arrival_city: 'place' },
    },
    rows: { 1: may([8, 11]) },
  },
  2011: {
    name: '景区门票',
    source: 'order',
    forms: { start_use_time: 'number', expiration_time: 'number' },
    rows: { 1: may([6, 8]), 2: may([1, 6, 8]) },
  },
  1001: {
    name: '打车',
    source: 'button',
    forms: {
      ...{ car_kind_count: 'number', license_plate: 'plate', arrival_time: 'number', car_color: 2 },
      ...{ distance_to_passenger: 'number', distance_to_destination: 'number', pay_amount: 'number' },
    },
    rows: {
      1: may([1], 'car_kind_count'),
      2: may([1, 2, 4], 'license_plate', 'arrival_time'),
      3: later([1, 2, 4, 5, 6]),
      4: later(null),
    },
  },
  1003: {
    name: '同城配送',
    source: 'button',
    forms: {
      ...goods,
      arrival_time: 'number',
      distance_to_store: 'number',
      distance_to_destination: 'number',
    },
    rows: { 1: may([]), 2: may([1, 2]) },
  },
  1004: {
    name: '取餐等候',
    source: 'button',
    forms: { queue_number: 10, current_number: 'code', min_wait_time: 'number', max_wait_time: 'number' },
    rows: { 1: may([]) },
  },
  1005: {
    name: '餐厅排队',
    source: 'button',
    forms: {
      ...{ queue_number: 'code', current_number: 'code', table_type: 2 },
      ...{ min_wait_time: 'number', max_wait_time: 'number' },
    },
    rows: {
      1: may([1], 'queue_number', 'current_number', 'min_wait_time', 'max_wait_time'),
      2: may([1, 2], 'queue_number', 'current_number'),
    },
  },
};

/** Seconds. */
export const LIVES = {
  order: { begin: 24 * 3600, update: 30 * 24 * 3600 },
  button: { begin: 5 * 60, update: 24 * 3600 },
} as const;
