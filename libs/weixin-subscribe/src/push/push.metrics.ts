import { Injectable } from '@nestjs/common';
import { Telemetry } from '../kernel/telemetry.js';
import { PushEventRepository } from './push-event.repository.js';

/** Counting further would tell nobody more. */
const COUNTED = 1000;

/** Events that wait for their listeners. What came, and what failed for good, is counted by the events. */
@Injectable()
export class PushMetrics {
  constructor(telemetry: Telemetry, events: PushEventRepository) {
    telemetry.gauge(
      'weixin.push.due',
      { description: 'Events whose listeners should be called by now; 1,000 stands for that many or more' },
      async (observe) => observe(await events.countDue(COUNTED)),
    );
  }
}
