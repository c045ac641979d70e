import type { CardFields, StartCardInput, WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import { CARD_TABLE, type CardType } from 'nestjs-weixin-subscribe';
import type { CardView, WeixinSimulator } from 'weixin-simulator';
import { channelAccounts, channelSimulatorAccounts, MINI_PROGRAM } from './accounts.js';
import { SAFE } from './pushes.js';

export const SET = '/wxa/set_user_notify';
export const EXT = '/wxa/set_user_notifyext';
export const GET = '/wxa/get_user_notify';

/** The mini-program alone, which takes pushes. */
export const cardAccounts = (): WeixinAccountOptions[] => [{ ...channelAccounts()[0], push: SAFE }];
export const cardSimulatorAccounts = () => channelSimulatorAccounts().slice(0, 1);

export const typeOf = (notifyType: number) =>
  CARD_TABLE.find((type) => type.notifyType === notifyType) as CardType;

const VALUES: CardFields = {
  product_count: 1,
  product_list: {
    info_list: [
      { product_img: 'https://res.wx.qq.com/a.png', product_name: '阿白', product_path_query: 'pages/a' },
    ],
  },
  license_plate: '粤A12345',
  departure_city: { domestic_region: '深圳' },
  arrival_city: { domestic_region: '广州' },
  sender_city: '深圳市',
  receiver_city: '广州市',
  sender_name: '张*三',
  receiver_name: '李*四',
  flight_no: 'CZ3101',
  queue_number: 'A12',
  current_number: 'A7',
};

/** A content that WeChat takes in a state of a type: what the page asks for, and no more. */
export function fieldsFor(notifyType: number, state: number, more: CardFields = {}): CardFields {
  const known = typeOf(notifyType)?.states.find((each) => each.state === state);
  const required = known?.required ?? [];
  return {
    wxa_path_query: `pages/order?state=${state}`,
    ...Object.fromEntries(required.map((name) => [name, VALUES[name] ?? 1_696_157_643])),
    ...more,
  };
}

type Wechat = Pick<WeixinSimulator, 'payOrder' | 'tapActivityButton' | 'openid'>;

/** A person pays, or taps, and the card that begins with it. */
export function newCard(wechat: Wechat, notifyType: number, state = 1, person = 'xiaoming'): StartCardInput {
  const { appId } = MINI_PROGRAM;
  const begun = {
    ...{ appId, openid: wechat.openid(person, appId), notifyType, state },
    fields: fieldsFor(notifyType, state),
  };
  if (typeOf(notifyType).code === 'button')
    return {
      ...begun,
      notifyCode: wechat.tapActivityButton({ appId, person, activityType: notifyType }).code,
    };
  const { transactionId, payAmount, payTime } = wechat.payOrder({ appId, person });
  const payment = { amountFen: payAmount, paidAt: new Date(1000 * payTime) };
  return { ...begun, notifyCode: transactionId, payment };
}

/** The states that WeChat has stored of a code, in their order. */
export function statesAt(wechat: { cards(): CardView[] }, code: string): number[] {
  return (
    wechat
      .cards()
      .find((card) => card.code === code)
      ?.states.map(({ state }) => state) ?? []
  );
}
