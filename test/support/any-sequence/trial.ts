import { same, sameList } from './check.js';
import type { LedgerRows } from './ledger-rows.js';
import { type LateAnswer, LedgerModel, LIFETIME_MS, type ModelMessage } from './model.js';
import type { Step } from './steps.js';
import { checkTruth } from './truth.js';
import type { World } from './world.js';

type Send = Extract<Step, { do: 'send' }>;
type Resolve = Extract<Step, { do: 'resolve' }>;

interface Callback {
  source: string;
  key: number;
}

/**
 * One sequence: every step is taken in the world and in the model, and after each of them the two must agree.
 */
export class Trial {
  private readonly model: LedgerModel;
  /** What the answers will say that a standing process has not read yet. */
  private readonly late = new Map<number, LateAnswer>();
  private readonly callbacksUnderWay: Callback[] = [];
  private readonly lastSource = new Map<number, string>();
  private readonly mistakes = { sent: new Set<number>(), notSent: new Set<number>() };
  private sources = 0;
  private sends = 0;

  constructor(private readonly world: World) {
    this.model = new LedgerModel(() => world.now());
  }

  async run(steps: Step[]): Promise<void> {
    for (const step of steps) {
      // No two confirms in the same millisecond.
      this.world.pass(1);
      await this.take(step);
      const ledger = this.world.ledger();
      this.compare(ledger);
      checkTruth(this.world, ledger, this.mistakes);
    }
  }

  private async take(step: Step): Promise<void> {
    const { world, model } = this;
    switch (step.do) {
      case 'confirm':
        this.tap(step.key);
        return this.callback({ source: this.newSource(), key: step.key }, step.expires);
      case 'tap':
        this.tap(step.key);
        this.callbacksUnderWay.push({ source: this.newSource(), key: step.key });
        return;
      case 'callback': {
        const at = this.callbacksUnderWay.findIndex(({ key }) => key === step.key);
        if (at >= 0) await this.callback(this.callbacksUnderWay.splice(at, 1)[0], false);
        return;
      }
      case 'replay': {
        const source = this.lastSource.get(step.key);
        if (source !== undefined)
          same('a replayed callback', await world.record(source, step.key), 'duplicate');
        return;
      }
      case 'cancel':
        return world.tap(step.key, 'cancel');
      case 'send':
        return this.send(step);
      case 'wake':
        return this.wake(step.which);
      case 'resolve':
        return this.resolve(step);
      case 'recover':
        model.recover();
        return world.host.tasks.run('message-recovery');
      case 'expire':
        model.expire();
        return world.host.tasks.run('grant-expiry');
      case 'pass':
        return world.pass(step.ms);
    }
  }

  private newSource(): string {
    return `confirm-${++this.sources}`;
  }

  private tap(key: number): void {
    this.world.tap(key, 'confirm');
    this.model.tap(key);
  }

  private async callback({ source, key }: Callback, expires: boolean): Promise<void> {
    const expiresAt = expires ? new Date(this.world.now() + LIFETIME_MS) : undefined;
    same('a callback', await this.world.record(source, key, expiresAt), 'recorded');
    this.model.record(source, key, expires);
    this.lastSource.set(key, source);
  }

  private async send({ key, fate, callers }: Send): Promise<void> {
    const numbers = Array.from({ length: callers }, () => ++this.sends);
    const told = await Promise.all(numbers.map((number) => this.world.send(number, key, fate)));
    // Who of several wins is nobody's promise; on one connection it is the first.
    const accepted = numbers.map((number) => this.model.claim(number, key));
    for (const [at, message] of accepted.entries()) {
      if (message) this.late.set(message.number, this.model.post(message, fate));
      const outcome = fate.startsWith('crash') ? 'standstill' : message?.status;
      same('what a caller is told', told[at], message ? outcome : 'WEIXIN_NO_GRANT');
    }
  }

  private async wake(which: number): Promise<void> {
    const standstill = this.world.standstills[which];
    if (!standstill) return;
    const message = this.message(standstill.number);
    this.model.wake(message, this.late.get(message.number));
    same('what a late caller is told', await this.world.wake(standstill), message.status);
  }

  private async resolve({ which, word }: Resolve): Promise<void> {
    const { messages } = this.model;
    const message = messages.filter(({ status }) => status === 'unknown')[which] ?? messages[which];
    if (!message) return;
    const { id } = this.world.ledger().messages[messages.indexOf(message)];
    const told = this.world.host.subscribe.resolve(id, word).then(
      ({ status }) => status as string,
      (error) => error.code,
    );
    const resolved = this.model.resolve(message, word);
    // The same word once more changes nothing, and is no mistake.
    const stands = message.resolvedAs === word;
    same('the answer to a word', await told, stands ? message.status : 'WEIXIN_MESSAGE_NOT_UNKNOWN');
    if (resolved && word === 'sent' && !message.arrived) this.mistakes.sent.add(message.number);
    if (resolved && word === 'not-sent' && message.arrived) this.mistakes.notSent.add(message.number);
  }

  private message(number: number): ModelMessage {
    return this.model.messages.find((each) => each.number === number) as ModelMessage;
  }

  /** The whole ledger, row by row, and what people received. */
  private compare({ grants, messages }: LedgerRows): void {
    const numberOf = new Map(messages.map(({ id, number }) => [id, number]));
    sameList(
      'the grants',
      grants.map(
        ({ source, status, claimedBy }) => `${source} ${status} ${claimedBy && numberOf.get(claimedBy)}`,
      ),
      this.model.grants.map(({ source, status, message = null }) => `${source} ${status} ${message}`),
    );
    sameList(
      'the messages',
      messages.map(({ number, status }) => `${number} ${status}`),
      this.model.messages.map(({ number, status }) => `${number} ${status}`),
    );
    sameList(
      'what people received',
      this.world.platform.control.inbox().map(({ content }) => content.value),
      this.model.messages.filter(({ arrived }) => arrived).map(({ number }) => number),
    );
  }
}
