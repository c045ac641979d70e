import { Injectable } from '@nestjs/common';
import { BackgroundTasks } from '../common/background/background-tasks.js';
import { Clock } from '../common/clock.js';
import { Accounts } from '../common/config/accounts.js';
import { WeixinEvents } from '../common/events/weixin-events.js';
import { LibraryLogger } from '../common/library-logger.js';
import { quotaRenewedAt, secondsUntil } from '../common/platform-day.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import { verdictOf, type WeixinVerdict } from '../weixin/weixin-api.errors.js';
import { SendingPausedError } from './delivery.errors.js';
import { type SendPause, SendPauseRepository } from './send-pause.repository.js';

/**
 * Which accounts may not send for a while: 45009, the daily quota is used up. It begins anew at 00:00 in Beijing (assumed, weixin-api.md §8);
 * until then every further call would be refused, too. This process knows at once; others on the same database within 15 s.
 */
@Injectable()
export class SendPauses {
  private readonly logger = new LibraryLogger(SendPauses.name);
  private pauses: ReadonlyMap<string, SendPause> = new Map();
  /** Tells a look at the database that it is out of date. */
  private changes = 0;

  constructor(
    tasks: BackgroundTasks,
    private readonly repository: SendPauseRepository,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    private readonly events: WeixinEvents,
  ) {
    tasks.register({ name: 'send-pauses', everySeconds: 15, run: () => this.catchUp() });
  }

  /** The pause of an account that is in force, as far as this process knows. No I/O. */
  of(appId: string): SendPause | undefined {
    const pause = this.pauses.get(appId);
    return pause && pause.pausedUntil.getTime() > this.clock.now() ? pause : undefined;
  }

  /** @throws {SendingPausedError} */
  assertNone(appId: string): void {
    const pause = this.of(appId);
    if (!pause) return;
    const seconds = secondsUntil(pause.pausedUntil.getTime(), this.clock.now());
    throw new SendingPausedError(appId, seconds, pause.reason);
  }

  /**
   * Pauses the account when WeChat's answer to a send says that its quota is used up. There is something to wait for only then: every send passes
   * here. Never rejects.
   */
  heed(appId: string, answer: WeixinAnswer): Promise<void> | undefined {
    if (answer.kind !== 'answered' || answer.facts.errclass !== 'quota') return undefined;
    const verdict = verdictOf(answer);
    return verdict && this.begin(appId, verdict);
  }

  private async begin(appId: string, verdict: WeixinVerdict): Promise<void> {
    const pause = this.remember(appId, verdict);
    try {
      if (!(await this.repository.begin(pause))) return;
    } catch (error) {
      this.logger.warn(
        `account ${appId}: other processes could not be told that its sends pause: ${(error as Error).message}`,
      );
      return;
    }
    const { pausedUntil, errcode, reason } = pause;
    this.logger.warn(`account ${appId}: sends pause until ${pausedUntil.toISOString()}: ${reason}`);
    this.events.emit('weixin.delivery.paused', { appId, pausedUntil, errcode, reason });
  }

  /** The pauses in force, as the database has them. @throws {DatabaseError} */
  async list(): Promise<SendPause[]> {
    const now = this.clock.now();
    return (await this.repository.list()).filter(({ pausedUntil }) => pausedUntil.getTime() > now);
  }

  /**
   * Ends a pause before its time, for all processes. `false`: there is none.
   * @throws {UnknownAccountError} {@link DatabaseError}
   */
  async resume(appId: string): Promise<boolean> {
    this.accounts.get(appId);
    const pause = (await this.list()).find((one) => one.appId === appId);
    const ended = pause !== undefined && (await this.end(pause));
    this.forget(appId);
    return ended;
  }

  /** Takes over what other processes wrote down, and ends what is over. */
  async catchUp(): Promise<void> {
    const { changes } = this;
    const stored = await this.repository.list();
    // A pause that was met or ended here since the look is known better here; the next look will find it.
    if (this.changes === changes) this.pauses = new Map(stored.map((pause) => [pause.appId, pause]));
    const now = this.clock.now();
    for (const pause of stored) if (pause.pausedUntil.getTime() <= now) await this.end(pause);
  }

  private remember(appId: string, { errcode, errmsg }: WeixinVerdict): SendPause {
    const now = this.clock.now();
    const reason = `errcode ${errcode} ${errmsg}`.trimEnd();
    const pause = {
      appId,
      pausedAt: new Date(now),
      pausedUntil: new Date(quotaRenewedAt(now)),
      errcode,
      reason,
    };
    this.pauses = new Map([...this.pauses, [appId, pause]]);
    this.changes++;
    return pause;
  }

  private forget(appId: string): void {
    this.pauses = new Map([...this.pauses].filter(([paused]) => paused !== appId));
    this.changes++;
  }

  private async end(pause: SendPause): Promise<boolean> {
    const ended = await this.repository.end(pause);
    if (!ended) return false;
    this.logger.log(`account ${pause.appId}: sends go on`);
    this.events.emit('weixin.delivery.resumed', { appId: pause.appId });
    return true;
  }
}
