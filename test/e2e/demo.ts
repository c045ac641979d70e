import type { NestExpressApplication } from '@nestjs/platform-express';
import type { WeixinSimulator } from 'weixin-simulator';
import { loadEnvironment, type Variables } from '../../apps/demo/src/config/load-environment.js';
import { createApp } from '../../apps/demo/src/create-app.js';
import { freePort } from '../../apps/demo/src/walkthrough/free-port.js';
import { libraryAccounts, SERVICE_KEY } from '../support/accounts.js';
import { startSimulator } from '../support/create-test-app.js';
import { createDatabase, type DatabaseKind, type TestDatabase } from '../support/test-databases.js';

export interface Demo {
  app: NestExpressApplication;
  url: string;
  simulator: WeixinSimulator;
  close(): Promise<void>;
}

/**
 * The demo as it starts in production, against the simulator and a database of its own.
 * @param given a simulator that is not closed with the demo
 */
export async function startDemo(
  kind: DatabaseKind = 'sqlite',
  variables: Variables = {},
  given?: WeixinSimulator,
): Promise<Demo> {
  const simulator = given ?? (await startSimulator());
  const database = await createDatabase(kind);
  const release = async () => {
    if (!given) await simulator.close();
    await database.drop();
  };
  try {
    const port = await freePort(0, '127.0.0.1');
    const all = { ...demoVariables({ port, weixinUrl: simulator.url, database }), ...variables };
    const app = await createApp(loadEnvironment(all));
    app.useLogger(false);
    await app.listen(port, '127.0.0.1');
    const close = async () => {
      await app.close();
      await release();
    };
    return { app, url: `http://127.0.0.1:${port}`, simulator, close };
  } catch (error) {
    await release();
    throw error;
  }
}

/** The environment of a demo, in this process or another. */
export function demoVariables(given: { port: number; weixinUrl: string; database: TestDatabase }): Variables {
  return {
    PORT: String(given.port),
    PUBLIC_BASE_URL: `http://127.0.0.1:${given.port}`,
    DATABASE_URL: databaseUrl(given.database),
    WEIXIN_ACCOUNTS: JSON.stringify(libraryAccounts()),
    WEIXIN_API_BASE_URL: given.weixinUrl,
    WEIXIN_MP_BASE_URL: given.weixinUrl,
    WEIXIN_SERVICE_KEYS: JSON.stringify({ courses: SERVICE_KEY }),
    RATE_LIMIT_PER_MINUTE: '0',
  };
}

export function databaseUrl({ options }: TestDatabase): string {
  const { url, database } = options as { url?: string; database?: string };
  return url ?? `sqlite:${database}`;
}
