import { CARD_TABLE, CardStateError } from 'nestjs-weixin-subscribe';
import { refuseContent } from '../../libs/weixin-simulator/src/card/card-content.js';
import { CARD_KINDS } from '../../libs/weixin-simulator/src/card/card-kinds.js';
import { mayFollow } from '../../libs/weixin-simulator/src/card/card-states.js';
import { CardConfig } from '../../libs/weixin-subscribe/src/card/card.options.js';
import { CardMachine } from '../../libs/weixin-subscribe/src/card/card-machine.js';
import { fieldsFor, typeOf } from '../support/cards.js';

// The library and the simulator read the pages of the types on their own: what both know they must know
// alike.

const machine = new CardMachine(new CardConfig());
const STATES = Array.from({ length: 13 }, (_, index) => index + 1);

function follows(notifyType: number, from: number | undefined, to: number): boolean {
  try {
    machine.assertMayFollow(typeOf(notifyType), from, to);
    return true;
  } catch (error) {
    if (error instanceof CardStateError) return false;
    throw error;
  }
}

it('has the types that the simulator has, with the same source of codes', () => {
  const ours = CARD_TABLE.map(({ notifyType, code }) => [
    notifyType,
    code === 'payment' ? 'order' : 'button',
  ]);
  const theirs = Object.entries(CARD_KINDS).map(([type, { source }]) => [Number(type), source]);
  expect(ours.sort()).toEqual(theirs.sort());
});

describe.each(CARD_TABLE.map(({ notifyType }) => notifyType))('type %i', (notifyType) => {
  const kind = CARD_KINDS[notifyType];
  const pairs = [undefined, ...STATES].flatMap((from) => STATES.map((to) => ({ from, to })));

  it('allows every change that WeChat may take', () => {
    const refused = pairs.filter(
      ({ from, to }) => mayFollow(kind, from, to, 'any') && !follows(notifyType, from, to),
    );
    expect(refused).toEqual([]);
  });

  it('refuses every change that the pages refuse', () => {
    const allowed = pairs.filter(
      ({ from, to }) => !mayFollow(kind, from, to, 'any') && follows(notifyType, from, to),
    );
    expect(allowed).toEqual([]);
  });

  it('asks for the fields that WeChat asks for, and takes what it takes', () => {
    for (const { state } of typeOf(notifyType).states) {
      const fields = fieldsFor(notifyType, state);
      expect(refuseContent(kind, state, fields)).toBeUndefined();
      machine.assertContent(typeOf(notifyType), state, fields);
      for (const name of Object.keys(fields)) {
        const { [name]: _, ...without } = fields;
        expect(refuseContent(kind, state, without)).toMatchObject({ errcode: 85440 });
        expect(() => machine.assertContent(typeOf(notifyType), state, without)).toThrow(
          `fields.${name} is required`,
        );
      }
    }
  });

  it('refuses a field of another form, as WeChat does', () => {
    for (const name of Object.keys(kind.forms)) {
      for (const value of [-1, 2 ** 32, 1.5, [], {}, '😀'.repeat(40), true]) {
        const fields = fieldsFor(notifyType, 12, { [name]: value });
        const theirs = refuseContent(kind, 12, fields)?.errcode === 85441;
        const ours = () => machine.assertContent(typeOf(notifyType), 12, fields);
        if (theirs) expect(ours).toThrow(`fields.${name}`);
        else expect(ours).not.toThrow();
      }
    }
  });
});

it('learns states and types from the options, in place of what it knows', () => {
  const config = Object.assign(new CardConfig(), {
    types: [
      {
        notifyType: 2001,
        states: [
          { state: 12, from: [11] },
          { state: 3, from: [1, 2, 3, 4, 7] },
        ],
      },
      { notifyType: 2012, code: 'payment', states: [{ state: 1, activation: true, required: ['seat'] }] },
    ],
  });
  const taught = new CardMachine(config);
  const shopping = taught.type(2001);
  expect(() => machine.assertMayFollow(typeOf(2001), 4, 3)).toThrow('can not go there from 4');
  taught.assertMayFollow(shopping, 4, 3);
  expect(() => taught.assertMayFollow(shopping, 10, 12)).toThrow('has ended with state 10');
  expect(() => taught.assertContent(taught.type(2012), 1, { wxa_path_query: '' })).toThrow(
    'fields.seat is required',
  );
  taught.assertMayFollow(taught.type(2012), 5, 9);
});
