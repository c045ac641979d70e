import { SAMPLES } from 'weixin-simulator';
import { json, type Stage, withQuery } from './stage.js';

const { appId } = SAMPLES.miniProgram;
const PARCEL = 2001;
const PAGE = { wxa_path_query: 'pages/order?id=42' };
const GOODS = {
  ...PAGE,
  product_count: 1,
  product_list: {
    info_list: [
      {
        product_img: 'https://res.wx.qq.com/op_res/example.png',
        product_name: '高等数学（第七版）',
        product_path_query: 'pages/goods?id=1',
      },
    ],
  },
};

/** The states of an order after its payment, in the words of WeChat's page, and what each shows. */
const STATES: [state: number, name: string, fields: object][] = [
  [2, '待发货 to be shipped', GOODS],
  [4, '已发货 shipped', PAGE],
  [6, '已签收 signed for', PAGE],
  [8, '交易成功 succeeded', PAGE],
];
const SHIPPED = 4;

/** The order of a text book as a card of the mini-program, from its payment to its end. */
export async function walkCard(stage: Stage): Promise<void> {
  const { world, report, service } = stage;
  const { person, simulatorUrl } = world;
  const known = await service.get(withQuery(simulatorUrl, '/_simulator/openid', { person, appId }));
  const { openid } = json(known);
  const paid = await service.postJson(`${simulatorUrl}/_simulator/pay-order`, { appId, person });
  const { transactionId, payAmount, payTime } = json(paid);
  report.check(paid, { status: 200, says: `${person} pays ${Number(payAmount) / 100} yuan` });

  const cards = `${world.url}/weixin/cards`;
  const payment = { amountFen: payAmount, paidAt: new Date(1000 * Number(payTime)).toISOString() };
  const code = { appId, openid, notifyType: PARCEL, notifyCode: transactionId, payment };
  const begun = await service.postJson(cards, { ...code, state: 1, fields: GOODS });
  const { id } = json(begun);
  report.check(begun, { status: 201, holds: json(begun).state === 1, says: 'state 1: 用户已支付 paid' });

  for (const [state, name, fields] of STATES) {
    if (state === SHIPPED) await loseAnswer(stage);
    const set = await service.patchJson(`${cards}/${id}`, { state, fields });
    const lost = state === SHIPPED ? ', although the answer of WeChat was lost: it was asked' : '';
    report.check(set, {
      status: 200,
      holds: json(set).state === state,
      says: `state ${state}: ${name}${lost}`,
    });
  }
  await refuseMore(stage, `${cards}/${id}`);
  await checkStored(stage, String(openid));
}

async function loseAnswer({ world, report, service }: Stage): Promise<void> {
  const fault = { kind: 'reset-after', path: '/wxa/set_user_notify' };
  const bent = await service.postJson(`${world.simulatorUrl}/_simulator/faults`, fault);
  report.check(bent, { status: 200, says: 'the connection will break before the next answer' });
}

async function refuseMore({ report, service }: Stage, card: string): Promise<void> {
  const again = await service.patchJson(card, { state: 7, fields: PAGE });
  const { code } = json(again);
  report.check(again, { status: 409, holds: code === 'WEIXIN_CARD_ENDED', says: String(code) });
}

async function checkStored({ world, report, service }: Stage, openid: string): Promise<void> {
  const stored = await service.get(withQuery(world.simulatorUrl, '/_simulator/cards', { openid }));
  const [card] = JSON.parse(stored.text) as { states: { state: number }[] }[];
  const states = card.states.map(({ state }) => state).join(', ');
  report.check(stored, {
    status: 200,
    holds: states === '1, 2, 4, 6, 8',
    says: `at WeChat, each once and in order: ${states}`,
  });
}
