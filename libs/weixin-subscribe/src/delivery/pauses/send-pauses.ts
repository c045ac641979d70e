import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { LOWEST_ID } from '../../kernel/ids.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { quotaRenewedAt, secondsUntil } from '../../kernel/platform-day.js';
import { WeixinEvents } from '../../kernel/weixin-events.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { rest } from '../../upkeep/sweeps.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { errcodeText, verdictOf, type WeixinVerdict } from '../../weixin/weixin-api.errors.js';
import { Channels } from '../channels/channels.js';
import { SendingPausedError } from '../delivery.errors.js';
import { type SendPause, SendPauseRepository } from './send-pause.repository.js';

/**
 * By which APIs which accounts may not send for a while, or which of their templates: 45009, the daily quota
 * of the API is used up, or the template is missing at WeChat; the others of the account go on. A quota It
 * begins anew at 00:00 in Beijing (assumed, docs/platform.md §8); until then every further call would be
 * refused, too. This process knows at once; others on the same database within 15 s.
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
  of(appId: string, path: string, templateId: string): SendPause | undefined {
    if (this.pauses.size === 0) return undefined;
    const now = this.clock.now();
    const ofApi = this.pauses.get(keyOf({ appId, path }));
    if (ofApi && isInForce(ofApi, now)) return ofApi;
    const ofTemplate = this.pauses.get(keyOf({ appId, path, templateId }));
    return ofTemplate && isInForce(ofTemplate, now) ? ofTemplate : undefined;
  }

  /** @throws {SendingPausedError} */
  assertNone(appId: string, path: string, templateId: string): void {
    const pause = this.of(appId, path, templateId);
    if (!pause) return;
    const seconds = secondsUntil(pause.pausedUntil.getTime(), this.clock.now());
    throw new SendingPausedError(pause, seconds);
  }

  /**
   * Pauses this API of the account when WeChat's response to a send says that its quota is used up. There is
   * something to wait for only then: every send passes here. Never rejects.
   */
  heed(appId: string, path: string, answer: WeixinAnswer): Promise<void> | undefined {
    if (answer.kind !== 'answered' || answer.facts.errclass !== 'quota') return undefined;
    const verdict = verdictOf(answer);
    return verdict && this.begin(appId, path, verdict);
  }

  /**
   * Pauses the sends of one template, or makes its pause last longer, which is not reported again.
   * @throws {DatabaseError}
   */
  async pauseTemplate(
    given: { appId: string; path: string; templateId: string },
    until: Date,
    reason: string,
  ): Promise<void> {
    const isNews = !(await this.list()).some((pause) => keyOf(pause) === keyOf(given));
    const pause = { ...given, pausedAt: new Date(this.clock.now()), pausedUntil: until, reason };
    this.remember(pause);
    if ((await this.repository.begin(pause)) && isNews) this.reportBegin(pause);
  }

  private async begin(appId: string, path: string, { errcode, errmsg }: WeixinVerdict): Promise<void> {
    const now = this.clock.now();
    const pause = {
      appId,
      path,
      pausedAt: new Date(now),
      pausedUntil: new Date(quotaRenewedAt(now)),
      errcode,
      reason: errcodeText(errcode, errmsg),
    };
    this.remember(pause);
    try {
      if (!(await this.repository.begin(pause))) return;
    } catch (error) {
      const reason = (error as Error).message;
      this.logger.warn(
        `account ${appId}: other processes could not be told that its sends by ${path} pause: ${reason}`,
        { appId, reason },
      );
      return;
    }
    this.reportBegin(pause);
  }

  /** The pauses in force, as the database has them. @throws {DatabaseError} */
  async list(): Promise<SendPause[]> {
    const now = this.clock.now();
    return (await this.repository.list()).filter((pause) => isInForce(pause, now));
  }

  /**
   * Ends the pauses of an account before their time, for all processes: of one API, or of all of them; of one
   * template of it, or of all.
   * `false`: there is none. Where the database fails after that, deferred messages follow within 15 s.
   * @throws {UnknownAccountError} {@link DatabaseError}
   */
  async resume(appId: string, path?: string, templateId?: string): Promise<boolean> {
    this.accounts.get(appId);
    const isMeant = (pause: SendPause) =>
      pause.appId === appId &&
      (path ?? pause.path) === pause.path &&
      (templateId ?? pause.templateId) === pause.templateId;
    const ended: SendPause[] = [];
    for (const pause of (await this.list()).filter(isMeant))
      if (await this.repository.end(pause)) ended.push(pause);
    this.pauses = new Map([...this.pauses].filter(([, pause]) => !isMeant(pause)));
    this.changes++;
    for (const pause of ended) this.report(pause);
    for (const pause of ended) await this.bringForward(pause);
    return ended.length > 0;
  }

  /** Takes over what other processes wrote down, and ends what is over. */
  async catchUp(): Promise<void> {
    const { changes } = this;
    const stored = await this.repository.list();
    // A pause that was met or ended here since the look is known better here; the next look will find it.
    const inForce = stored.filter((pause) => !pause.endedAt);
    if (this.changes === changes) this.pauses = new Map(inForce.map((pause) => [keyOf(pause), pause]));
    const now = this.clock.now();
    for (const pause of stored) {
      // The process that ended it may be at this, too, or may have died over it.
      if (pause.endedAt) await this.bringForward(pause);
      // What was put off to its end is due by itself.
      else if (!isInForce(pause, now) && (await this.repository.remove(pause))) this.report(pause);
    }
  }

  private remember(pause: SendPause): void {
    this.pauses = new Map([...this.pauses, [keyOf(pause), pause]]);
    this.changes++;
  }

  private reportBegin({ pausedAt: _, endedAt: __, ...pause }: SendPause): void {
    const { appId, pausedUntil, reason } = pause;
    this.logger.warn(
      `account ${appId}: ${sendsOf(pause)} pause until ${pausedUntil.toISOString()}: ${reason}`,
      { appId, templateId: pause.templateId, errcode: pause.errcode, reason },
    );
    this.events.emit('weixin.delivery.paused', pause);
  }

  /**
   * Lets go on what was put off to the end of a pause that ended before it, batch by batch, with rests in
   * between. Safe for several processes at once, and at any moment to be killed: the next look goes on.
   */
  private async bringForward(pause: SendPause): Promise<void> {
    const channels = this.channels.sentBy(pause.path);
    let after: string | undefined = LOWEST_ID;
    while (after !== undefined) {
      const startedAt = performance.now();
      after = await this.repository.bringForward(pause, channels, after);
      if (after !== undefined) await rest(performance.now() - startedAt);
    }
    await this.repository.remove(pause);
  }

  private report({ appId, path, templateId }: SendPause): void {
    this.logger.log(`account ${appId}: ${sendsOf({ path, templateId })} go on`, { appId, templateId });
    this.events.emit('weixin.delivery.resumed', { appId, path, ...(templateId && { templateId }) });
  }
}

const isInForce = ({ endedAt, pausedUntil }: SendPause, now: number) =>
  !endedAt && pausedUntil.getTime() > now;

function keyOf({ appId, path, templateId = '' }: Pick<SendPause, 'appId' | 'path' | 'templateId'>): string {
  return `${appId} ${path} ${templateId}`;
}

function sendsOf({ path, templateId }: Pick<SendPause, 'path' | 'templateId'>): string {
  return templateId ? `sends of template ${templateId}` : `sends by ${path}`;
}
