import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../../config/weixin-subscribe.config.js';
import { Clock } from '../../kernel/clock.js';
import { Pace } from './pace.js';

/** After as many failures in a row a broadcast pauses: about half an hour. */
const TROUBLE_LIMIT = 10;
const FIRST_BACKOFF_MS = 5000;
const LAST_BACKOFF_MS = 300_000;

/** How fast this process may post the broadcasts of one account, all of them together, and whether it may at all right now. */
export class AccountFlow {
  readonly pace: Pace;
  private closedUntil = 0;
  private troubles = 0;

  constructor(
    perSecond: number,
    private readonly clock: Clock,
  ) {
    this.pace = new Pace(perSecond);
  }

  get isOpen(): boolean {
    return this.closedForMs === 0;
  }

  /** How long it is closed still. */
  get closedForMs(): number {
    return Math.max(0, this.closedUntil - this.clock.now());
  }

  /** WeChat said how long to wait (45011). */
  closeFor(seconds: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.clock.now() + 1000 * seconds);
  }

  /** It did not get through. Longer each time; `false`: that was the last time. */
  backOff(): boolean {
    const pause = Math.min(FIRST_BACKOFF_MS * 2 ** this.troubles++, LAST_BACKOFF_MS);
    this.closedUntil = Math.max(this.closedUntil, this.clock.now() + pause);
    if (this.troubles < TROUBLE_LIMIT) return true;
    this.gotThrough();
    return false;
  }

  gotThrough(): void {
    this.troubles = 0;
  }
}

/** The flow of each account in this process. */
@Injectable()
export class AccountFlows {
  private readonly flows = new Map<string, AccountFlow>();

  constructor(
    private readonly clock: Clock,
    private readonly config: WeixinSubscribeConfig,
  ) {}

  of(appId: string): AccountFlow {
    let flow = this.flows.get(appId);
    if (!flow) {
      flow = new AccountFlow(this.config.broadcast.ratePerSecond, this.clock);
      this.flows.set(appId, flow);
    }
    return flow;
  }
}
