import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { foreignCause, InvalidOptionsError } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { settledWithin } from '../kernel/settled-within.js';
import { Telemetry, type TelemetryDuration } from '../kernel/telemetry.js';
import { ScheduleConfig } from './upkeep.options.js';

/**
 * Work that repeats in the background. Every process runs it; it must be safe for all of them to do so at
 * once.
 */
export interface BackgroundTask {
  /** Shown in the host's SchedulerRegistry as `weixin-subscribe:<name>`. */
  name: string;
  everySeconds: number;
  /**
   * Also in a process that runs nothing else in the background: what it looks after is this process's memory.
   */
  always?: boolean;
  run(): Promise<void>;
}

/** Real time, not the injected clock: the host is waiting to end. */
const PATIENCE_MS = 10_000;

/**
 * Runs the module's background tasks on @nestjs/schedule: once at start, then at their interval. A task never
 * overlaps itself, a failure is logged and tried again at the next interval, and shutting down waits
 * ten seconds at most for what is running.
 */
@Injectable()
export class BackgroundTasks implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new LibraryLogger(BackgroundTasks.name);
  private readonly tasks = new Map<string, BackgroundTask>();
  private readonly running = new Map<string, Promise<void>>();
  /** Tasks that have to run once more, because something changed during their run. */
  private readonly awake = new Set<string>();
  private readonly duration: TelemetryDuration;
  private closing = false;
  private registry?: SchedulerRegistry;
  /** Of tasks that run although the host wants none. */
  private readonly own: NodeJS.Timeout[] = [];

  constructor(
    private readonly config: ScheduleConfig,
    private readonly moduleRef: ModuleRef,
    telemetry: Telemetry,
  ) {
    this.duration = telemetry.duration('weixin.task.duration', 'Runs of background tasks');
  }

  register(task: BackgroundTask): void {
    this.tasks.set(task.name, task);
  }

  /** Runs a task now, or joins the run in progress. Never rejects. */
  run(name: string): Promise<void> {
    const current = this.running.get(name);
    if (current) return current;
    const task = this.tasks.get(name);
    if (!task) throw new Error(`no background task named "${name}"`);
    const run = this.runUntilQuiet(task);
    this.running.set(name, run);
    return run;
  }

  /** Runs a task now. A task that is running runs once more, because it may have missed what changed. */
  wake(name: string): void {
    if (this.closing) return;
    this.awake.add(name);
    void this.run(name);
  }

  onApplicationBootstrap(): void {
    if (!this.config.enabled) {
      for (const { name, everySeconds, always } of this.tasks.values())
        if (always) this.own.push(setInterval(() => void this.run(name), everySeconds * 1000).unref());
      return;
    }
    this.refuseSecondInstance();
    this.registry = this.hostRegistry();
    for (const { name, everySeconds } of this.tasks.values()) {
      this.registry.addInterval(
        this.label(name),
        setInterval(() => void this.run(name), everySeconds * 1000),
      );
      void this.run(name);
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.closing = true;
    for (const timer of this.own) clearInterval(timer);
    for (const name of this.tasks.keys()) {
      if (this.registry?.doesExist('interval', this.label(name)))
        this.registry.deleteInterval(this.label(name));
    }
    await this.settled();
  }

  /** The last check and the end of the run are one step, so that no call of `wake` falls between them. */
  private async runUntilQuiet(task: BackgroundTask): Promise<void> {
    const { name } = task;
    do {
      this.awake.delete(name);
      const since = performance.now();
      let failed = false;
      try {
        await task.run();
      } catch (error) {
        failed = true;
        this.logger.error(`${name} failed: ${foreignCause(error).message}`);
      }
      this.duration.record(since, { 'weixin.task': name, 'weixin.failed': failed });
    } while (this.awake.has(name) && !this.closing);
    this.running.delete(name);
  }

  private async settled(): Promise<void> {
    await settledWithin(PATIENCE_MS, Promise.all(this.running.values()));
    if (this.running.size === 0) return;
    const left = [...this.running.keys()].join(', ');
    this.logger.warn(
      `left running after ${PATIENCE_MS / 1000} s, because the application is closing: ${left}`,
    );
  }

  /** Looked for before anything is registered, so that a start that fails leaves no interval behind. */
  private refuseSecondInstance(): void {
    const all = this.moduleRef.get(BackgroundTasks, { strict: false, each: true });
    if (all.filter(({ config }) => config.enabled).length === 1) return;
    throw new InvalidOptionsError([
      {
        option: 'accounts',
        message:
          'is spread over several WeixinSubscribeModule instances of one application; one instance serves many accounts: import one, with all of them',
      },
    ]);
  }

  /**
   * ScheduleModule is global and belongs to the host: a second one would run the host's own cron jobs twice.
   */
  private hostRegistry(): SchedulerRegistry {
    try {
      return this.moduleRef.get(SchedulerRegistry, { strict: false });
    } catch {
      throw new InvalidOptionsError([
        {
          option: 'schedule.enabled',
          message:
            'needs ScheduleModule.forRoot() of @nestjs/schedule among the imports of the host; add it, or set this option to false',
        },
      ]);
    }
  }

  private label(name: string): string {
    return `weixin-subscribe:${name}`;
  }
}
