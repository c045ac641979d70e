import {
  CardService,
  type WeixinHttpRequest,
  type WeixinHttpResponse,
  WeixinTransport,
  WeixinTransportError,
} from 'nestjs-weixin-subscribe';
import { CardEffects } from '../../../libs/weixin-subscribe/src/card/card.effects.js';
import type { PushEvent } from '../../../libs/weixin-subscribe/src/push/push.types.js';
import { cardAccounts, cardSimulatorAccounts, EXT, GET, SET } from '../cards.js';
import { createTestApp, type TestApp } from '../create-test-app.js';
import { DirectPlatform, UNREACHED } from '../direct-platform.js';
import type { DatabaseKind } from '../test-databases.js';
import type { Fate } from './steps.js';

const ERRCODES = { locked: 85449, wrong: 85441 } as const;

const lost = () => new WeixinTransportError('the platform gave no usable answer (ECONNRESET)', false);
const refusal = (errcode: number) => ({ status: 200, body: JSON.stringify({ errcode, errmsg: 'as told' }) });

/** The mark that a content carries. */
export const markOf = (content: string) => Number(/pages\/(\d+)/.exec(content)?.[1]);

/** One host, one WeChat without HTTP between them, and what goes wrong on the way; for many sequences. */
export class CardWorld {
  /** What becomes of the next post. */
  fate: Fate = 'taken';
  /** WeChat does not say how a card stands. */
  isMute = false;
  /** Marks of what WeChat took, in its order: states, and what stands beside them. */
  taken: number[] = [];
  private late: { release: () => void; call?: Promise<unknown> }[] = [];
  private onLate: () => void = () => undefined;

  private constructor(
    readonly host: TestApp,
    readonly platform: DirectPlatform,
    readonly cards: CardService,
    private readonly effects: CardEffects,
  ) {
    const transport = host.app.get(WeixinTransport, { strict: false });
    jest.spyOn(transport, 'send').mockImplementation((request) => this.carry(request));
  }

  static async start(database: DatabaseKind): Promise<CardWorld> {
    const host = await createTestApp({
      ...(database === 'sqlite' ? { shared: IN_MEMORY } : { database }),
      options: { ...UNREACHED, accounts: cardAccounts() },
    });
    const platform = new DirectPlatform(['xiaoming'], host.clock.now(), cardSimulatorAccounts());
    return new CardWorld(
      host,
      platform,
      host.app.get(CardService),
      host.app.get(CardEffects, { strict: false }),
    );
  }

  close(): Promise<void> {
    return this.host.close();
  }

  pass(ms: number): void {
    this.host.clock.advance(ms);
    this.platform.control.advance(ms);
  }

  work(): Promise<void> {
    return this.host.tasks.run('card-updates');
  }

  /** States that WeChat has stored of a code. */
  storedOf(code: string) {
    return this.platform.control.cards().find((card) => card.code === code)?.states ?? [];
  }

  /** Waits until a call has ended, or waits itself for an answer that is kept back. */
  async ended(call: Promise<unknown>): Promise<void> {
    const isLate = new Promise<boolean>((resolve) => {
      this.onLate = () => resolve(true);
    });
    if (await Promise.race([call.then(() => false), isLate])) {
      const last = this.late.at(-1);
      if (last) last.call = call;
    }
  }

  /** The answers that were kept back arrive, the first one first. */
  async answer(): Promise<void> {
    for (const { release, call } of this.late.splice(0)) {
      release();
      await call;
    }
  }

  /** @returns whether the event was taken; one that comes while an answer is awaited comes again later */
  report(event: Pick<PushEvent, 'appId' | 'openid'>, fields: Record<string, string>): Promise<boolean> {
    const receivedAt = new Date(this.host.clock.now());
    const push = { id: 'push', event: 'notify_service_msg_send_result', ...event, fields, receivedAt };
    return this.effects.notNotified(push as unknown as Parameters<CardEffects['notNotified']>[0]).then(
      () => true,
      () => false,
    );
  }

  async clear(): Promise<void> {
    this.isMute = false;
    this.fate = 'taken';
    await this.answer();
    this.taken = [];
    this.platform.forgetPeople();
    this.platform.control.setClock(this.host.clock.now());
    for (const table of ['weixin_card_update', 'weixin_card'])
      await this.host.dataSource.query(`DELETE FROM ${table}`);
  }

  private async carry(request: WeixinHttpRequest): Promise<WeixinHttpResponse> {
    if (request.path === GET && this.isMute) throw lost();
    if (request.path !== SET && request.path !== EXT) return this.platform.call(request);
    const fate = this.fate;
    this.fate = 'taken';
    if (fate === 'lost-before') throw lost();
    if (fate === 'locked' || fate === 'wrong') return refusal(ERRCODES[fate]);
    const answer = fate === 'late-wrong' ? refusal(ERRCODES.wrong) : this.platform.call(request);
    if (JSON.parse(answer.body).errcode === 0) this.taken.push(markOf(request.body ?? ''));
    if (fate === 'lost-after') throw lost();
    if (fate === 'late' || fate === 'late-wrong')
      await new Promise<void>((release) => {
        this.late.push({ release });
        this.onLate();
      });
    return answer;
  }
}

const IN_MEMORY = {
  options: { type: 'better-sqlite3', database: ':memory:' } as const,
  drop: async () => {},
};
