import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Accounts } from '../../common/config/accounts.js';
import { quietUntil } from '../../common/config/quiet-hours.js';
import { WeixinSubscribeConfig } from '../../common/config/weixin-subscribe.config.js';
import { RandomSource } from '../../common/random-source.js';
import { Channels } from '../../delivery/channels/channels.js';
import { MessageBatchRepository } from '../../delivery/message-batch.repository.js';
import { SendPauses } from '../../delivery/send-pauses.js';
import { TokenUnavailableError } from '../../token/token.errors.js';
import { TokenService } from '../../token/token.service.js';
import type { BroadcastRecord } from '../broadcast.types.js';
import { BroadcastChanges } from '../broadcast-changes.js';
import { AccountFlows } from './account-flow.js';
import { BatchSender } from './batch-sender.js';
import { BroadcastRun } from './broadcast-run.js';
import { Claims, type Walk } from './claims.js';
import { EndQueue } from './end-queue.js';
import { RefusalWatch } from './refusal-watch.js';
import { Senders } from './senders.js';
import type { Stop } from './stop.js';

/** One posts while the other settles and claims. */
const LANES = 2;

/** Works on broadcasts in this process. */
@Injectable()
export class BroadcastRunner {
  private readonly logger = new Logger(BroadcastRunner.name);
  private readonly runs = new Map<string, BroadcastRun>();
  private closing = false;
  /** Names this process. */
  readonly owner: string;

  constructor(
    private readonly claims: Claims,
    private readonly sender: BatchSender,
    private readonly changes: BroadcastChanges,
    private readonly batches: MessageBatchRepository,
    private readonly channels: Channels,
    private readonly pauses: SendPauses,
    private readonly tokens: TokenService,
    private readonly flows: AccountFlows,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
    random: RandomSource,
  ) {
    this.owner = random.id(clock.now());
  }

  isRunning(id: string): boolean {
    return this.runs.has(id);
  }

  /** Whether this process could go on with it now. */
  isReady({ appId }: BroadcastRecord): boolean {
    return !this.closing && this.config.accounts.has(appId) && this.flows.of(appId).isOpen;
  }

  /** Its state was changed: look before anything more is posted. */
  interrupt(id: string): void {
    this.runs.get(id)?.signal.raise({ kind: 'told' });
  }

  close(): void {
    this.closing = true;
    for (const { signal } of this.runs.values()) signal.raise({ kind: 'closing' });
  }

  /**
   * Sends to everybody who is left, and ends the broadcast; or stops for a reason, which is written down. `most`: so many batches, for a share of
   * the work; `exclusive`: only while the broadcast is this process's own. Answers whether somebody may be left. Rejects never.
   */
  async run(
    broadcast: BroadcastRecord,
    { exclusive, most, walk = {} }: { exclusive: boolean; most?: number; walk?: Walk },
  ): Promise<'end' | Stop | 'share'> {
    const run = this.begin(broadcast);
    this.runs.set(broadcast.id, run);
    try {
      if (!(await this.prepare(run))) return run.signal.stop as Stop;
      let left = most ?? Number.POSITIVE_INFINITY;
      const ends: boolean[] = [];
      const claim = { broadcast, owner: this.owner, exclusive, limit: run.batchSize, posting: run.parts };
      // One claim of a broadcast at a time: in the database they would only wait for each other.
      let turn: Promise<unknown> = Promise.resolve();
      const next = () => {
        const claimed = turn.then(() => (run.signal.stop ? 'refused' : this.claims.next(claim, walk)));
        turn = claimed.catch(() => {});
        return claimed;
      };
      const lane = async () => {
        while (!run.signal.stop && left-- > 0) {
          const batch = await next();
          if (batch === 'refused') return run.signal.raise({ kind: 'told' });
          if (batch === 'end') return void ends.push(true);
          await this.sender.send(run, batch);
        }
      };
      const lanes = await Promise.allSettled(Array.from({ length: Math.min(LANES, left) }, lane));
      for (const end of lanes) if (end.status === 'rejected') throw end.reason;
      if (run.signal.stop) return await this.stopped(run, run.signal.stop);
      return ends.length > 0 ? 'end' : 'share';
    } catch (error) {
      const reason = (error as Error).message;
      this.logger.error(`broadcast ${broadcast.id}: ${reason}; it goes on in a moment`);
      return { kind: 'wait', reason };
    } finally {
      this.runs.delete(broadcast.id);
    }
  }

  private begin(broadcast: BroadcastRecord): BroadcastRun {
    const { concurrency, ratePerSecond, pauseAtRefusedShare } = this.config.broadcast;
    return new BroadcastRun(
      broadcast,
      this.channels.named(broadcast),
      this.flows.of(broadcast.appId),
      new Senders(concurrency),
      new EndQueue(this.batches),
      new RefusalWatch(pauseAtRefusedShare),
      this.pauses,
      this.clock,
      ratePerSecond,
    );
  }

  /** What would keep every message from going is found out before anything is claimed. `false`: the run is stopped. */
  private async prepare(run: BroadcastRun): Promise<boolean> {
    const { appId } = run.broadcast;
    const pause = this.pauses.of(appId);
    const quiet = quietUntil(this.accounts.get(appId).quietHours, this.clock.now());
    if (pause) run.pauseForQuota(pause.reason);
    else if (quiet !== undefined)
      run.signal.raise({
        kind: 'pause',
        cause: 'quiet-hours',
        reason: 'quiet hours',
        resumesAt: new Date(quiet),
      });
    else await this.token(run, appId);
    if (!run.signal.stop) return true;
    await this.stopped(run, run.signal.stop);
    return false;
  }

  private async token(run: BroadcastRun, appId: string): Promise<void> {
    try {
      await this.tokens.getToken(appId);
    } catch (error) {
      if (!(error instanceof TokenUnavailableError)) throw error;
      run.flow.closeFor(error.retryAfterSeconds ?? 5);
      run.signal.raise({ kind: 'wait', reason: error.message });
    }
  }

  private async stopped({ broadcast }: BroadcastRun, stop: Stop): Promise<Stop> {
    if (stop.kind === 'pause') await this.changes.pause(broadcast, stop);
    if (stop.kind === 'wait')
      this.logger.warn(`broadcast ${broadcast.id}: ${stop.reason}; it goes on in a moment`);
    return stop;
  }
}
