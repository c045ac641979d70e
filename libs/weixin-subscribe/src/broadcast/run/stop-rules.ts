import { Injectable } from '@nestjs/common';
import { Accounts } from '../../account/accounts.js';
import { quietUntil } from '../../account/quiet-hours.js';
import { SendPauses } from '../../delivery/pauses/send-pauses.js';
import type { Retry } from '../../delivery/send/retry-plan.js';
import { Clock } from '../../kernel/clock.js';
import { AuthorizedApiClient } from '../../token/authorized-api.client.js';
import { TokenUnavailableError } from '../../token/token.errors.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { errcodeText, verdictOf, type WeixinVerdict } from '../../weixin/weixin-api.errors.js';
import type { BroadcastRun } from './broadcast-run.js';

/** Stops a run for what keeps every message of it from being sent. */
@Injectable()
export class StopRules {
  constructor(
    private readonly pauses: SendPauses,
    private readonly accounts: Accounts,
    private readonly api: AuthorizedApiClient,
    private readonly clock: Clock,
  ) {}

  /** Before the first claim of a run. @throws {DatabaseError} */
  async beforeRun(run: BroadcastRun): Promise<void> {
    this.beforeClaim(run);
    if (run.signal.aborted) return;
    try {
      await this.api.ready(run.broadcast.appId);
    } catch (error) {
      if (!(error instanceof TokenUnavailableError)) throw error;
      run.account.closeFor(error.retryAfterSeconds ?? 5);
      run.stop({ kind: 'wait', reason: error.message });
    }
  }

  /** Stops a run while the account's sends pause, and in its quiet hours. */
  beforeClaim(run: BroadcastRun): void {
    const { appId } = run.broadcast;
    const { enabled, disabledBecause } = this.accounts.get(appId);
    if (!enabled) {
      const reason = disabledBecause ?? 'the account is switched off';
      run.stop({ kind: 'pause', cause: 'account', reason });
      return;
    }
    const pause = this.pauses.of(appId, run.channel.path, run.broadcast.templateId);
    if (pause) {
      this.stopForQuota(run, pause.reason);
      return;
    }
    const quiet = quietUntil(this.accounts.get(appId).quietHours, this.clock.now());
    if (quiet === undefined) return;
    const resumesAt = new Date(quiet);
    run.stop({ kind: 'pause', cause: 'quiet-hours', reason: 'quiet hours', resumesAt });
  }

  /** After a message was not delivered, but may be later. */
  afterPost(run: BroadcastRun, retry: Retry, answer: WeixinAnswer): void {
    if (run.signal.aborted) return;
    const reason = reasonOf(answer);
    switch (retry.kind) {
      case 'quota':
        this.stopForQuota(run, reason);
        break;
      case 'account':
        run.stop({ kind: 'pause', cause: 'account', reason });
        break;
      case 'stated':
        run.account.closeFor(retry.seconds);
        run.stop({ kind: 'wait', reason });
        break;
      case 'backoff':
        if (run.account.backOff()) run.stop({ kind: 'wait', reason });
        else run.stop({ kind: 'pause', cause: 'trouble', reason: `ten times in a row: ${reason}` });
        break;
      default:
        retry satisfies never;
    }
  }

  /** Until the pause of its endpoint ends, which this process knows by now. */
  private stopForQuota(run: BroadcastRun, reason: string): void {
    const { appId, templateId } = run.broadcast;
    const resumesAt = this.pauses.of(appId, run.channel.path, templateId)?.pausedUntil;
    run.stop({ kind: 'pause', cause: 'quota', reason, resumesAt });
  }
}

function reasonOf(answer: WeixinAnswer): string {
  if (answer.kind !== 'answered') return answer.reason;
  const { errcode, errmsg } = verdictOf(answer) as WeixinVerdict;
  return errcodeText(errcode, errmsg);
}
