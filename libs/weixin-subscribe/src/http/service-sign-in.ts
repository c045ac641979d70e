import { createHmac, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { RoutesConfig, type ServiceKey } from './http.options.js';
import { RateLimits } from './rate-limits.js';
import type { ServiceClient } from './service-client.js';
import { ServiceClients } from './service-clients.js';

const derive = promisify<string, string, number, Buffer>(scrypt);
const KEY_BYTES = 32;

/**
 * Lets people in with a service key that they type, and signs what tells them apart afterwards. Signatures
 * are made with keys derived from the service key itself: every process of the application knows them, and
 * they end when that key leaves the options. Derived by scrypt, so that whoever holds a signed text cannot
 * guess the service key behind it.
 */
@Injectable()
export class ServiceSignIn {
  /** Derived once, since that takes some 50 ms. */
  private readonly derived = new Map<string, Promise<Buffer>>();

  constructor(
    private readonly clients: ServiceClients,
    private readonly limits: RateLimits,
    private readonly config: RoutesConfig,
  ) {}

  /**
   * Whose key was typed. At most 10 attempts a minute for each address, counted where `rateLimit.storage`
   * counts.
   * @throws {ServiceKeyError} {@link RateLimitedError}
   */
  async identify(context: ExecutionContext, key: string | undefined): Promise<ServiceClient> {
    await this.limits.bySignIn.canActivate(context);
    return this.clients.identify(key);
  }

  /**
   * The signature of a text by the holder of a service key, 43 characters of base64url.
   * @param purpose what the text is for: a signature for one purpose is none for another
   * @throws {ServiceKeyError} the key is nobody's
   */
  async sign(purpose: string, key: string, text: string): Promise<string> {
    const client = this.clients.identify(key);
    const own = this.keysOf(client.name).filter((known) => known.key.reveal() === key);
    return (await this.signature(purpose, own[0], text)).toString('base64url');
  }

  /** The client called `name`, if one of its present keys signed the text. */
  async signer(
    purpose: string,
    name: string,
    text: string,
    signature: string,
  ): Promise<ServiceClient | undefined> {
    const shown = Buffer.from(signature, 'base64url');
    for (const known of this.keysOf(name)) {
      const right = await this.signature(purpose, known, text);
      if (shown.length === right.length && timingSafeEqual(shown, right)) return known.client;
    }
    return undefined;
  }

  private keysOf(name: string): ServiceKey[] {
    return this.config.serviceKeys.filter(({ client }) => client.name === name);
  }

  private async signature(purpose: string, { key, client }: ServiceKey, text: string): Promise<Buffer> {
    const salt = `weixin-subscribe:${purpose}:${client.name}`;
    const id = `${salt}:${this.config.serviceKeys.findIndex((known) => known.key === key)}`;
    const derived = this.derived.get(id) ?? derive(key.reveal(), salt, KEY_BYTES);
    this.derived.set(id, derived);
    return createHmac('sha256', await derived)
      .update(text, 'utf8')
      .digest();
  }
}
