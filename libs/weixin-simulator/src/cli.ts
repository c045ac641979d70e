import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from './common/usage-error.js';
import { readConfigFile } from './config/config-file.js';
import type { AccountOptions } from './config/options.js';
import { DEFAULT_ACCOUNTS } from './config/samples.js';
import { moduleConfiguration } from './module-configuration.js';
import { WeixinSimulator } from './simulator.js';

const DEFAULT_PORT = 4000;
const HIDDEN = '<that of the config file>';

interface Flags {
  port?: number;
  host?: string;
  hostName?: string[];
  config?: string;
}

/**
 * The command without a process around it: gives the running simulator, or throws a UsageError to be shown.
 */
export async function runCommand(
  argv: string[],
  print: (line: string) => void,
  version: string,
): Promise<WeixinSimulator> {
  const flags = readFlags(argv, version);
  const file = flags.config === undefined ? {} : readConfigFile(flags.config);
  const port = flags.port ?? file.port ?? DEFAULT_PORT;
  const simulator = await listen({
    ...file,
    port,
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.hostName === undefined ? {} : { hostNames: flags.hostName }),
  });
  // What listens at 127.0.0.1 is called localhost, as the host's own address is in examples.
  const url = simulator.url.replace('//127.0.0.1:', '//localhost:');
  for (const line of configuration(url, file.accounts)) print(line);
  print('');
  // Last, where they stay in sight.
  for (const line of describe(simulator, url)) print(line);
  return simulator;
}

function readFlags(argv: string[], version: string): Flags {
  return new Command('weixin-simulator')
    .description(
      'WeChat on a local port: access tokens, confirm page, subscription messages of every kind, inbox.',
    )
    .option(
      '-p, --port <number>',
      `port to listen on, 0 for any free one (default: ${DEFAULT_PORT})`,
      readPort,
    )
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option(
      '--host-name <names...>',
      'names it may be called by besides localhost and IP addresses, "*" for every name (default: --host)',
    )
    .option(
      '-c, --config <file>',
      'JSON file with accounts, people and rules (default: one account of each kind)',
    )
    .version(version)
    .parse(argv, { from: 'user' })
    .opts<Flags>();
}

async function listen(options: Parameters<typeof WeixinSimulator.start>[0]): Promise<WeixinSimulator> {
  try {
    return await WeixinSimulator.start(options);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE')
      throw new UsageError(`port ${options?.port} is in use; choose another with --port`);
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new UsageError(`cannot listen there: ${(error as Error).message}`);
    throw error;
  }
}

/** Who is there, and where. */
function* describe(simulator: WeixinSimulator, url: string): Generator<string> {
  const { accounts, people } = simulator.state();
  for (const account of accounts) {
    const templates = [account.templates, account.subscribeTemplates, account.formTemplates].flat();
    yield `  ${account.kind.padEnd(16)} ${account.appId}  templates: ${templates.join(', ') || 'none'}`;
  }
  yield `  people: ${people.map((person) => person.name).join(', ')}`;
  yield '';
  yield `WeChat simulator at ${url} (API and confirm page)`;
  yield `Panel:                 ${url}/_simulator/`;
  yield `Service Notifications: ${url}/_simulator/inbox.html`;
  yield `Control API:           ${url}/_simulator/openapi.json`;
}

/** With the secrets of the default accounts, which are made up. Those of a config file are not shown. */
function* configuration(url: string, accounts: AccountOptions[] | undefined): Generator<string> {
  yield 'For the "imports" of a NestJS application, beside ScheduleModule.forRoot():';
  yield '';
  const withoutSecrets = accounts?.map((account) => ({ ...account, appSecret: HIDDEN }));
  yield* moduleConfiguration(url, withoutSecrets ?? DEFAULT_ACCOUNTS);
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('must be a number from 0 to 65535.');
  return port;
}
