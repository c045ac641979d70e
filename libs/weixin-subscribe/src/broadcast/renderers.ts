import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { MessageContent } from '../delivery/ledger/message.types.js';
import { InvalidOptionsError } from '../kernel/errors.js';
import { named } from '../kernel/named.js';
import { UnknownRendererError } from './broadcast.errors.js';
import type { Broadcast, BroadcastRecipient } from './broadcast.types.js';

/** A person to render the content for. */
export interface RenderedRecipient extends BroadcastRecipient {
  scene: number;
  /** When the grant was recorded. */
  grantedAt: Date;
}

/** What a class under {@link BroadcastRenderer} does. */
export interface RendersBroadcast {
  /**
   * Returns the content for each of these people, in the same order: up to 500 of one broadcast, so that one
   * query can look up what is needed. A content that breaks a limit ends that one message as `failed`; a
   * throw pauses the broadcast. It may be asked again for the same people.
   */
  render(recipients: RenderedRecipient[], broadcast: Broadcast): MessageContent[] | Promise<MessageContent[]>;
}

/**
 * Registers a provider of the host's as a renderer:
 * `@Injectable() @BroadcastRenderer('class-reminder') class … implements RendersBroadcast`.
 * @param name 1–64 characters, unique in the application; a broadcast refers to it as `renderer`
 */
export const BroadcastRenderer = named('BroadcastRenderer', DiscoveryService.createDecorator<string>());

/** The host's renderers by name. */
@Injectable()
export class Renderers implements OnModuleInit {
  private readonly byName = new Map<string, RendersBroadcast>();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    for (const wrapper of this.discovery.getProviders({ metadataKey: BroadcastRenderer.KEY })) {
      const name = this.discovery.getMetadataByDecorator(BroadcastRenderer, wrapper);
      const instance = wrapper.instance as RendersBroadcast | undefined;
      if (name === undefined || typeof instance?.render !== 'function') {
        throw new InvalidOptionsError([
          {
            option: `@BroadcastRenderer('${name}')`,
            message: 'must stand on a provider of default scope with a method render()',
          },
        ]);
      }
      if (this.byName.has(name))
        throw new InvalidOptionsError([
          { option: `@BroadcastRenderer('${name}')`, message: 'is there twice; names must be unique' },
        ]);
      this.byName.set(name, instance);
    }
  }

  /** @throws {UnknownRendererError} */
  get(name: string): RendersBroadcast {
    const renderer = this.byName.get(name);
    if (!renderer) throw new UnknownRendererError(name, [...this.byName.keys()]);
    return renderer;
  }
}
