import { setMaxListeners } from 'node:events';
import type { FastifyInstance } from 'fastify';
import type { SimulatorConfig, SimulatorOptions } from './config/options.js';
import { resolveConfig } from './config/resolve-config.js';
import { SimulatorControl } from './control/simulator-control.js';
import { createServer } from './http/server.js';
import { Platform } from './platform/platform.js';

/** A WeChat on a local port: `url` serves as the base of the API and of the confirm page. */
export class WeixinSimulator extends SimulatorControl {
  private readonly closing = new AbortController();
  private readonly server: FastifyInstance;
  private address = '';

  private constructor(config: SimulatorConfig) {
    const platform = new Platform(config);
    super(platform);
    // One listener for every call that waits.
    setMaxListeners(0, this.closing.signal);
    this.server = createServer(config, platform, this, this.closing.signal);
  }

  /**
   * Starts one; several may run at once, each with its own state. Wrong options throw a ConfigError naming
   * the field.
   */
  static async start(options: SimulatorOptions = {}): Promise<WeixinSimulator> {
    const config = resolveConfig(options);
    const simulator = new WeixinSimulator(config);
    simulator.address = await simulator.server.listen({ port: config.port, host: config.host });
    return simulator;
  }

  get url(): string {
    return this.address;
  }

  /** Ends at once: hanging and delayed calls lose their connection. */
  async close(): Promise<void> {
    this.closing.abort();
    this.platform.pushes.close();
    await this.server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
