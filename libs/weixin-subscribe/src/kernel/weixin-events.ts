import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { foreignCause } from './errors.js';
import { LibraryLogger } from './library-logger.js';
import { Telemetry, type TelemetryAttributes, type TelemetryCounter } from './telemetry.js';

/**
 * Name → payload. Each part of the library adds its own. No payload contains a token, secret, key or state.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface WeixinEventMap {}

interface Emitter {
  emitAsync(name: string, payload: unknown): Promise<unknown>;
}

/**
 * Tells the host what happens, through its own @nestjs/event-emitter: `@OnEvent('weixin.token.minted')`. A
 * host that does not import `EventEmitterModule` receives none. Listeners run beside the work; what they
 * throw is logged and changes nothing.
 */
@Injectable()
export class WeixinEvents implements OnModuleInit {
  private readonly logger = new LibraryLogger(WeixinEvents.name);
  private readonly emitted: TelemetryCounter;
  private emitter?: Emitter;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly modules: ModulesContainer,
    telemetry: Telemetry,
  ) {
    this.emitted = telemetry.counter('weixin.events', 'Events that the library emitted');
  }

  emit<Name extends keyof WeixinEventMap & string>(name: Name, payload: WeixinEventMap[Name]): void {
    this.emitted.add(1, { 'weixin.event': name, ...accountOf(payload) });
    // In a turn of its own: a listener that throws at once must not reach the sender.
    void Promise.resolve()
      .then(() => this.emitter?.emitAsync(name, payload))
      .catch((error) => this.logger.error(`a listener of ${name} failed: ${foreignCause(error).message}`));
  }

  async onModuleInit(): Promise<void> {
    if (!this.isEmitterProvided()) return;
    try {
      const { EventEmitter2 } = await import('@nestjs/event-emitter');
      this.emitter = this.moduleRef.get<Emitter>(EventEmitter2, { strict: false });
    } catch {
      // It is another's: the package or its module is not there.
    }
  }

  /** Known by its method: loading the package to learn that nobody imports its module would cost a start. */
  private isEmitterProvided(): boolean {
    for (const { providers } of this.modules.values())
      for (const token of providers.keys())
        if (typeof token === 'function' && token.prototype?.emitAsync) return true;
    return false;
  }
}

/** There are as many as the host has accounts. */
function accountOf(payload: unknown): TelemetryAttributes {
  const { appId } = (payload ?? {}) as { appId?: string };
  return appId === undefined ? {} : { 'weixin.app_id': appId };
}
