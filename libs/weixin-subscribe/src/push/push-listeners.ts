import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { InvalidOptionsError } from '../kernel/errors.js';
import { named } from '../kernel/named.js';
import type { PushEvent } from './push.types.js';

/**
 * Registers a method of a provider as a listener:
 * `@OnWeixinEvent('subscribe_msg_sent_event') async sent(event: PushEvent<'subscribe_msg_sent_event'>)`. It
 * is called after WeChat has its response, in one process. When it throws, or its process dies, it is called
 * again, at most five times in all: after 5 s, 30 s, 2 and 10 minutes. One that takes longer than 50 s counts
 * as failed, and its end is not waited for. `event.id` is the same each time.
 * @param name `Event` of an event or `MsgType` of a message as WeChat writes them, a list of them, or `*` for
 * all
 */
export const OnWeixinEvent = named('OnWeixinEvent', DiscoveryService.createDecorator<string | string[]>());

export interface PushListener {
  /** Class and method, the same in every process of one version of the host. */
  label: string;
  names: ReadonlySet<string>;
  call(event: PushEvent): unknown;
}

/** The host's methods under {@link OnWeixinEvent}. */
@Injectable()
export class PushListeners implements OnModuleInit {
  private readonly all: PushListener[] = [];
  private readonly scanner = new MetadataScanner();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const { instance, metatype, isAlias } = wrapper;
      const prototype =
        typeof instance === 'object' && instance ? Object.getPrototypeOf(instance) : metatype?.prototype;
      if (isAlias || !prototype || typeof prototype !== 'object') continue;
      for (const method of this.scanner.getAllMethodNames(prototype)) {
        const given = Reflect.getMetadata(OnWeixinEvent.KEY, prototype[method]) as
          | string
          | string[]
          | undefined;
        if (given !== undefined) this.add(wrapper, prototype.constructor.name, method, [given].flat());
      }
    }
  }

  /** Those who want to hear of this. */
  of(name: string): PushListener[] {
    return this.all.filter(({ names }) => names.has(name) || names.has('*'));
  }

  private add(
    wrapper: { instance: unknown; isDependencyTreeStatic(): boolean },
    className: string,
    method: string,
    names: string[],
  ): void {
    const instance = wrapper.instance as Record<string, (event: PushEvent) => unknown> | undefined;
    const at = `@OnWeixinEvent on ${className}.${method}`;
    if (!instance || !wrapper.isDependencyTreeStatic())
      throw wrong(at, 'must stand in a provider of default scope');
    if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === ''))
      throw wrong(at, 'must name an event, or "*"');
    const label = `${className}.${method}`;
    const twins = this.all.filter((other) => other.label.replace(/#\d+$/, '') === label).length;
    this.all.push({
      label: twins === 0 ? label : `${label}#${twins + 1}`,
      names: new Set(names),
      call: (event) => instance[method](event),
    });
  }
}

const wrong = (option: string, message: string) => new InvalidOptionsError([{ option, message }]);
