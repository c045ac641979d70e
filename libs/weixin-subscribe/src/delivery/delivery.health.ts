import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { foreignCause } from '../kernel/errors.js';
import type { HealthStatus } from '../token/token.health.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { WaitingMessageRepository } from './deferred/waiting-message.repository.js';
import type { SendPause } from './pauses/send-pause.repository.js';
import { SendPauses } from './pauses/send-pauses.js';

const OVERDUE_MS = 300_000;
/** Counting further would tell nobody more. */
const COUNTED = 1000;

/** What `HealthCheckService.check` of @nestjs/terminus 12 takes; for 11 there is `upOrDown()`. */
export type DeliveryHealth = Record<
  string,
  {
    status: HealthStatus;
    message?: string;
    /** The APIs of accounts whose calls WeChat refuses for a while. */
    pauses?: SendPause[];
    /**
     * Deferred messages that should have gone more than five minutes ago; 1,000 stands for that many or more.
     */
    overdue?: number;
    /** Messages that a person has to resolve, likewise. */
    unknown?: number;
  }
>;

/**
 * Whether messages go out, for @nestjs/terminus: `health.check([() => deliveryHealth.check()])`. It asks the
 * database, by its indexes, and never the platform. `degraded`: the sends of an account pause, by one API or
 * more, or deferred messages are more than five minutes late, so that no worker runs or it can not keep up.
 * `down`: the database can not be asked. Messages of status `unknown` are counted and change nothing: they
 * are a person's to resolve, and no restart helps. Whoever asks while another check is under way gets its
 * result: probes that give up early pile up no queries.
 */
@Injectable()
export class DeliveryHealthIndicator {
  private readonly checks = new SharedCalls<DeliveryHealth[string]>();

  constructor(
    private readonly sendPauses: SendPauses,
    private readonly waiting: WaitingMessageRepository,
    private readonly clock: Clock,
  ) {}

  /** @param key the name under which the result stands @default 'weixin-delivery' */
  async check(key = 'weixin-delivery'): Promise<DeliveryHealth> {
    return { [key]: await this.checks.run('', () => this.look()) };
  }

  private async look(): Promise<DeliveryHealth[string]> {
    try {
      const overdueSince = this.clock.now() - OVERDUE_MS;
      // One after the other: a check takes one connection.
      const pauses = await this.sendPauses.list();
      const overdue = await this.waiting.countDueBefore(overdueSince, COUNTED);
      const unknown = await this.waiting.countUnknown(COUNTED);
      const status = pauses.length > 0 || overdue > 0 ? 'degraded' : 'up';
      return { status, pauses, overdue, unknown };
    } catch (error) {
      return { status: 'down', message: foreignCause(error).message };
    }
  }
}
