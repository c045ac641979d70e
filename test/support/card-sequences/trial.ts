import type { CardHistory, CardUpdateRecord, StartCardInput } from 'nestjs-weixin-subscribe';
import { CARD_KINDS } from '../../../libs/weixin-simulator/src/card/card-kinds.js';
import { mayFollow } from '../../../libs/weixin-simulator/src/card/card-states.js';
import { same, sameList } from '../any-sequence/check.js';
import { fieldsFor, newCard } from '../cards.js';
import type { Fate, Sequence, Step } from './steps.js';
import { type CardWorld, markOf } from './world.js';

/** Nothing was written, and the caller was told so. */
const REFUSALS = [
  'WEIXIN_CARD_STATE',
  'WEIXIN_CARD_BUSY',
  'WEIXIN_CARD_ENDED',
  'WEIXIN_CARD_CODE_USED',
  'WEIXIN_INVALID_INPUT',
];

const pick = <T>(of: readonly T[], which: number): T => of[which % of.length];

/**
 * One card, as its callers know it: what each asked for carries a mark of its own, the marks grow, and WeChat
 * tells which of them it took.
 */
export class CardTrial {
  private readonly input: StartCardInput;
  private id?: string;
  /** Of callers at once the marks differ in the last digit. */
  private mark = 0;
  /** Told that it was stored; told that it was not. */
  private readonly stored = new Set<number>();
  private readonly refused = new Set<number>();

  constructor(
    private readonly world: CardWorld,
    { notifyType }: Pick<Sequence, 'notifyType'>,
  ) {
    this.input = newCard(world.platform.control, notifyType);
  }

  /** @returns how many changes WeChat took */
  async run(steps: Step[]): Promise<number> {
    for (const step of steps) {
      await this.take(step);
      this.expectInOrder();
    }
    await this.expectSettled();
    return this.world.taken.length;
  }

  private async take(step: Step): Promise<void> {
    const { world } = this;
    switch (step.do) {
      case 'pass':
        return world.pass(step.ms);
      case 'work':
        return this.posting(step.fate, world.work());
      case 'mute':
        world.isMute = step.on;
        return;
      case 'answer':
        return world.answer();
      case 'ask':
        if (this.id) await this.standing(this.id);
        return;
      case 'report':
        return this.report(step.which);
      case 'extend':
        if (this.id) await this.extend(this.id, step.fate);
        return;
      case 'set':
        return this.set(step);
      default:
        return step satisfies never;
    }
  }

  private async posting(fate: Fate, call: Promise<unknown>): Promise<void> {
    this.world.fate = fate;
    await this.world.ended(call);
    this.world.fate = 'taken';
  }

  private async set({ fate, fits, which, callers }: Extract<Step, { do: 'set' }>): Promise<void> {
    const { notifyType, notifyCode } = this.input;
    const kind = CARD_KINDS[notifyType];
    const states = Object.keys(kind.rows).map(Number);
    const from = this.world.storedOf(notifyCode).at(-1)?.state;
    const good = states.filter((state) => mayFollow(kind, from, state, 'forward'));
    const state = pick(fits && good.length > 0 ? good : states, which);
    this.mark += 10;
    const known = this.id === undefined ? undefined : await this.world.cards.get(this.id);
    const calls = Array.from({ length: callers }, (_, caller) => {
      const mark = this.mark + caller;
      const fields = fieldsFor(notifyType, state, { wxa_path_query: `pages/${mark}` });
      const call =
        known === undefined || known.status === 'new'
          ? this.world.cards.start({ ...this.input, state, fields })
          : this.world.cards.update(known.id, { state, fields });
      return this.told(mark, call, state);
    });
    await this.posting(fate, Promise.all(calls));
  }

  private async extend(id: string, fate: Fate): Promise<void> {
    this.mark += 10;
    const { mark } = this;
    const call = this.world.cards.extend(id, { store_info: { store_name: `pages/${mark}` } });
    await this.posting(fate, this.told(mark, call));
  }

  /** Keeps what the caller is told of the mark. */
  private async told(mark: number, call: Promise<CardHistory>, state?: number): Promise<void> {
    try {
      const card = await call;
      this.id = card.id;
      if (card.updates[0].status !== 'waiting') this.stored.add(mark);
    } catch (error) {
      const { code, cardId, outcome } = error as { code: string; cardId?: string; outcome?: string };
      this.id ??= cardId;
      if (outcome !== 'unknown') this.refused.add(mark);
      if (outcome === undefined && !REFUSALS.includes(code)) throw error;
      if (code === 'WEIXIN_CARD_STATE' && state !== undefined) {
        const now = this.id === undefined ? undefined : (await this.world.cards.get(this.id)).state;
        const kind = CARD_KINDS[this.input.notifyType];
        same(`state ${state} after ${now} is refused here only`, mayFollow(kind, now, state, 'any'), false);
      }
    }
  }

  /** WeChat does not say, or the card shows what WeChat shows. */
  private async standing(id: string): Promise<void> {
    const card = await this.world.cards.status(id).catch((error: { code: string }) => {
      if (error.code !== 'WEIXIN_CARD_STANDING') throw error;
    });
    if (!card) return;
    same('the state that WeChat is asked for', card.weixin.state, this.statesTaken().at(-1)?.state);
    if (card.updateId === undefined) same('the state of a card that is free', card.state, card.weixin.state);
  }

  private async report(which: number): Promise<void> {
    const { appId, openid, notifyType, notifyCode } = this.input;
    const stored = this.statesTaken();
    if (stored.length === 0) return;
    const { state } = pick(stored, which);
    const card_status = String(state);
    const fields = { notify_type: String(notifyType), notify_code: `p1.${notifyCode}`, card_status };
    await this.world.report({ appId, openid }, { ...fields, fail_ret: '-10001', fail_msg: 'system error' });
  }

  private statesTaken() {
    return this.world.storedOf(this.input.notifyCode);
  }

  /** What must hold at every moment. */
  private expectInOrder(): void {
    const { taken } = this.world;
    const rank = (mark: number) => Math.floor(mark / 10);
    const ordered = [...new Set(taken)].sort((one, other) => rank(one) - rank(other));
    same('taken by WeChat, each once and in the order of their callers', `${taken}`, `${ordered}`);
    const without = [...this.stored].filter((mark) => !taken.includes(mark));
    same('told as stored, and not taken', `${without}`, '');
    const against = [...this.refused].filter((mark) => taken.includes(mark));
    same('told as not stored, and taken', `${against}`, '');
  }

  /** The world becomes calm, and everything has its end. */
  private async expectSettled(): Promise<void> {
    const { world } = this;
    world.isMute = false;
    await world.answer();
    for (let minutes = 0; minutes < 6; minutes++) {
      world.pass(360_000);
      await world.work();
    }
    this.expectInOrder();
    if (this.id === undefined) return same('taken of a card that nobody knows', `${world.taken}`, '');
    const card = await world.cards.get(this.id);
    same('the update that holds the card', card.updateId, undefined);
    same('the state of the card', card.state, this.statesTaken().at(-1)?.state);
    // WeChat shows what stands beside the state only once something does.
    const isHidden = ({ kind, reason }: CardUpdateRecord) =>
      kind === 'ext' && reason === 'WeChat does not show it';
    const open = card.updates.filter(
      (update) => !(['sent', 'failed'].includes(update.status) || isHidden(update)),
    );
    same('updates without a certain end', open.map(({ status }) => status).join(), '');
    const sent = card.updates.filter(({ status }) => status === 'sent');
    sameList(
      'what is sent',
      sent.map(({ content }) => markOf(JSON.stringify(content))),
      world.taken,
    );
  }
}
