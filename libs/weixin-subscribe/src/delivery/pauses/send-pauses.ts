import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { quotaRenewedAt, secondsUntil } from '../../kernel/platform-day.js';
import { WeixinEvents } from '../../kernel/weixin-events.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { verdictOf, type WeixinVerdict } from '../../weixin/weixin-api.errors.js';
import { Channels } from '../channels/channels.js';
import { SendingPausedError } from '../delivery.errors.js';
import { type SendPause, SendPauseRepository } from './send-pause.repository.js';

/**
 * By which APIs which accounts may not send for a while: 45009, the daily quota of the API is used up; the
 * others of the account go on. It begins anew at 00:00 in Beijing (assumed, docs/platform.md §8); until then
 * every further call would be refused, too. This process knows at once; others on the same database within 15
 * s.
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
    private readonly channels: Channels,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    private readonly events: WeixinEvents,
  ) {
    tasks.register({ name: 'send-pauses', everySeconds: 15, run: () => this.catchUp() });
  }

  /** The pause of an account's API that is in force, as far as this process knows. No I/O. */
  of(appId: string, path: string): SendPause | undefined {
    const pause = this.pauses.get(keyOf({ appId, path }));
    return pause && pause.pausedUntil.getTime() > this.clock.now() ? pause : undefined;
  }

  /** @throws {SendingPausedError} */
  assertNone(appId: string, path: string): void {
    const pause = this.of(appId, path);
    if (!pause) return;
    const seconds = secondsUntil(pause.pausedUntil.getTime(), this.clock.now());
    throw new SendingPausedError(appId, path, seconds, pause.reason);
  }

  /**
   * Pauses this API of the account when WeChat's answer to a send says that its quota is used up. There is
   * something to wait for only then: every send passes here. Never rejects.
   */
  heed(appId: string, path: string, answer: WeixinAnswer): Promise<void> | undefined {
    if (answer.kind !== 'answered' || answer.facts.errclass !== 'quota') return undefined;
    const verdict = verdictOf(answer);
    return verdict && this.begin(appId, path, verdict);
  }

  private async begin(appId: string, path: string, verdict: WeixinVerdict): Promise<void> {
    const pause = this.remember(appId, path, verdict);
    try {
      if (!(await this.repository.begin(pause))) return;
    } catch (error) {
      this.logger.warn(
        `account ${appId}: other processes could not be told that its sends by ${path} pause: ${(error as Error).message}`,
      );
      return;
    }
    const { pausedUntil, errcode, reason } = pause;
    this.logger.warn(
      `account ${appId}: sends by ${path} pause until ${pausedUntil.toISOString()}: ${reason}`,
    );
    this.events.emit('weixin.delivery.paused', { appId, path, pausedUntil, errcode, reason });
  }

  /** The pauses in force, as the database has them. @throws {DatabaseError} */
  async list(): Promise<SendPause[]> {
    const now = this.clock.now();
    return (await this.repository.list()).filter(({ pausedUntil }) => pausedUntil.getTime() > now);
  }

  /**
   * Ends the pauses of an account before their time, for all processes: of one API, or of all of them.
   * `false`: there is none.
   * @throws {UnknownAccountError} {@link DatabaseError}
   */
  async resume(appId: string, path?: string): Promise<boolean> {
    this.accounts.get(appId);
    const isMeant = (pause: SendPause) => pause.appId === appId && (path ?? pause.path) === pause.path;
    let ended = false;
    for (const pause of (await this.list()).filter(isMeant)) ended = (await this.end(pause)) || ended;
    this.pauses = new Map([...this.pauses].filter(([, pause]) => !isMeant(pause)));
    this.changes++;
    return ended;
  }

  /** Takes over what other processes wrote down, and ends what is over. */
  async catchUp(): Promise<void> {
    const { changes } = this;
    const stored = await this.repository.list();
    // A pause that was met or ended here since the look is known better here; the next look will find it.
    if (this.changes === changes) this.pauses = new Map(stored.map((pause) => [keyOf(pause), pause]));
    const now = this.clock.now();
    for (const pause of stored) if (pause.pausedUntil.getTime() <= now) await this.end(pause);
  }

  private remember(appId: string, path: string, { errcode, errmsg }: WeixinVerdict): SendPause {
    const now = this.clock.now();
    const reason = `errcode ${errcode} ${errmsg}`.trimEnd();
    const pause = {
      appId,
      path,
      pausedAt: new Date(now),
      pausedUntil: new Date(quotaRenewedAt(now)),
      errcode,
      reason,
    };
    this.pauses = new Map([...this.pauses, [keyOf(pause), pause]]);
    this.changes++;
    return pause;
  }

  private async end(pause: SendPause): Promise<boolean> {
    const { appId, path } = pause;
    const ended = await this.repository.end(pause, this.channels.sentBy(path));
    if (!ended) return false;
    this.logger.log(`account ${appId}: sends by ${path} go on`);
    this.events.emit('weixin.delivery.resumed', { appId, path });
    return true;
  }
}

function keyOf({ appId, path }: Pick<SendPause, 'appId' | 'path'>): string {
  return `${appId} ${path}`;
}
