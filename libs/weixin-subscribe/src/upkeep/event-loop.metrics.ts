import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Telemetry } from '../kernel/telemetry.js';

const NS_PER_SECOND = 1e9;

/** How long what was due had to wait for this process. Measured only where somebody collects. */
@Injectable()
export class EventLoopMetrics implements OnModuleDestroy {
  private delays?: IntervalHistogram;

  constructor(telemetry: Telemetry) {
    telemetry.gauge(
      'weixin.event_loop.delay',
      { description: 'Delay of the event loop since the last collection, 99th percentile', unit: 's' },
      async (observe) => observe(this.sinceTheLast()),
    );
  }

  onModuleDestroy(): void {
    this.delays?.disable();
  }

  private sinceTheLast(): number {
    const { delays } = this;
    const seconds = delays?.count ? delays.percentile(99) / NS_PER_SECOND : 0;
    if (delays) delays.reset();
    else {
      this.delays = monitorEventLoopDelay({ resolution: 20 });
      this.delays.enable();
    }
    return seconds;
  }
}
