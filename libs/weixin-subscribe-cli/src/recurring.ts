import type { Command } from 'commander';
import { CliError, plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';
import { jsonFrom } from './json-from.js';

interface RecurringResponse {
  id: string;
  name: string;
  status: string;
  cron: string;
  timeZone: string;
  nextAt?: string;
  upcoming?: string[];
}

interface RunResponse {
  dueAt: string;
  throughAt?: string;
  outcome: string;
  broadcastId?: string;
  reason?: string;
}

type Flags<T = object> = HostFlags & { json?: boolean } & T;

const hostOf = (flags: HostFlags) => HostClient.of(flags, '/broadcasts/recurring');
const PAGE = 100;

/** `broadcast recurring …`: broadcasts that start again and again. */
export function recurringCommands(broadcast: Command, hosted: (command: Command) => Command): void {
  const recurring = broadcast
    .command('recurring')
    .description('Broadcasts that start at every time of a cron expression.');
  const at = (name: string, description: string) =>
    hosted(recurring.command(name).description(description)).option('--json', 'print JSON');
  const of = (name: string, description: string) =>
    at(name, description).argument('<id>', 'id of the recurring broadcast');

  at('list', 'List the recurring broadcasts of an account, by name.')
    .requiredOption('--app-id <id>', 'appId of the account')
    .action(async ({ appId, ...flags }: Flags<{ appId: string }>) => {
      const host = hostOf(flags);
      for (let after: string | undefined, page: RecurringResponse[] = []; ; after = page[PAGE - 1].name) {
        const query = { appId, after, limit: PAGE };
        ({ recurring: page } = await host.get<{ recurring: RecurringResponse[] }>('', query));
        for (const one of page) print(one, flags);
        if (page.length < PAGE) return;
      }
    });
  at('create', 'Create one: JSON with name, appId, templateId, scene, title, content, cron, timeZone, …')
    .argument('<file>', 'the JSON; - for standard input')
    .action(async (file: string, flags: Flags) =>
      print(await hostOf(flags).post<RecurringResponse>('', jsonFrom(file)), flags),
    );
  of('show', 'Show one and its next times.').action(async (id: string, flags: Flags) => {
    const found = await hostOf(flags).get<RecurringResponse>(`/${checked(id)}`);
    print(found, flags);
    if (!flags.json) for (const time of found.upcoming ?? []) console.log(`  ${time}`);
  });
  of('runs', 'Tell what became of its times, the latest first.')
    .option('--before <moment>', 'only those that were due before, ISO 8601 with offset')
    .action(async (id: string, { before, ...flags }: Flags<{ before?: string }>) => {
      const { runs } = await hostOf(flags).get<{ runs: RunResponse[] }>(`/${checked(id)}/runs`, { before });
      for (const one of runs) console.log(flags.json ? JSON.stringify(one) : runInOneLine(one));
    });
  of('pause', 'Start nothing more until it is resumed; a broadcast of it that runs goes on.').action(
    (id: string, flags: Flags) => change(id, 'pause', flags),
  );
  of('resume', 'Go on with its next time; those that passed meanwhile are not made up for.').action(
    (id: string, flags: Flags) => change(id, 'resume', flags),
  );
  of('delete', 'End it for good; what it has started stays.').action(async (id: string, flags: Flags) => {
    await hostOf(flags).delete(`/${checked(id)}`);
    console.log(flags.json ? JSON.stringify({ id, deleted: true }) : `recurring broadcast ${id} is deleted`);
  });
}

async function change(id: string, action: 'pause' | 'resume', flags: Flags): Promise<void> {
  print(await hostOf(flags).post<RecurringResponse>(`/${checked(id)}/${action}`), flags);
}

function print(recurring: RecurringResponse, { json }: Flags): void {
  const { id, name, status, cron, timeZone, nextAt } = recurring;
  console.log(
    json
      ? JSON.stringify(recurring)
      : `${id} ${status} "${plain(name)}", ${plain(cron)} ${plain(timeZone)}${nextAt ? `, next ${nextAt}` : ''}`,
  );
}

function runInOneLine({ dueAt, throughAt, outcome, broadcastId, reason }: RunResponse): string {
  const due = throughAt === undefined ? dueAt : `${dueAt} to ${throughAt}`;
  return `${due} ${outcome}${broadcastId ? ` ${broadcastId}` : ''}${reason ? `: ${plain(reason)}` : ''}`;
}

function checked(id: string): string {
  if (/^[0-9a-f-]{36}$/.test(id)) return id;
  throw new CliError(
    `"${plain(id)}" is not the id of a recurring broadcast`,
    'List them: weixin-subscribe broadcast recurring list',
  );
}
