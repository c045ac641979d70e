import type { SimulatorOptions } from 'weixin-simulator';
import { resolveConfig } from '../../libs/weixin-simulator/src/config/resolve-config.js';
import { SimulatorControl } from '../../libs/weixin-simulator/src/control/simulator-control.js';
import { createServer } from '../../libs/weixin-simulator/src/http/server.js';
import { Platform } from '../../libs/weixin-simulator/src/platform/platform.js';

/** The verbs of the simulator on a platform that listens nowhere. */
export class LocalControl extends SimulatorControl {
  readonly url = 'http://127.0.0.1';

  constructor(platform: Platform) {
    super(platform);
  }
}

export interface Received {
  status: number;
  body: string;
}

/** The whole simulator, routes and all, without a socket: some thousand calls a second. */
export async function startInProcess(options: SimulatorOptions) {
  const config = resolveConfig(options);
  const platform = new Platform(config);
  const control = new LocalControl(platform);
  const server = createServer(config, platform, control, new AbortController().signal);
  await server.ready();
  const call = async (
    method: string,
    url: string,
    body?: string | Buffer,
    type?: string,
  ): Promise<Received> => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const answer = await server.inject({ method: method as 'GET', url, payload: body, headers });
    return { status: answer.statusCode, body: answer.body };
  };
  return { control, call, close: () => server.close() };
}
