import { type Command } from 'commander';
import { CliError, plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';
import { jsonFrom, textFrom } from './json-from.js';

interface AccountResponse {
  appId: string;
  kind: string;
  enabled: boolean;
  templates: { id: string }[];
  secrets: string[];
  version: number;
  updatedAt: string;
}

interface ChangeResponse {
  version: number;
  action: string;
  fields: string[];
  changedBy: string;
  changedAt: string;
}

type Flags<T = object> = HostFlags & { json?: boolean } & T;

const hostOf = (flags: HostFlags) => HostClient.of(flags, '/accounts');
const PAGE = 100;

/**
 * `account …`: the accounts that a running host keeps in its database. Secrets are read from files or
 * standard input, never from the command line, which other users of the machine and the shell's history
 * see.
 */
export function accountCommands(program: Command, hosted: (command: Command) => Command): void {
  const account = program
    .command('account')
    .description('The accounts that a running host keeps in its database.');
  const at = (name: string, description: string) =>
    hosted(account.command(name).description(description)).option('--json', 'print JSON');
  const of = (name: string, description: string) =>
    at(name, description).argument('<appId>', 'appId of the account');
  const change = async (appId: string, body: object, flags: Flags) =>
    print(await hostOf(flags).patch<AccountResponse>(`/${checked(appId)}`, body), flags);

  at('list', 'List the accounts, in the order of their appIds.').action(async (flags: Flags) => {
    for (let after: string | undefined, page: AccountResponse[] = []; ; after = page[PAGE - 1].appId) {
      ({ accounts: page } = await hostOf(flags).get<{ accounts: AccountResponse[] }>('', { after }));
      for (const one of page) print(one, flags);
      if (page.length < PAGE) return;
    }
  });
  of('show', 'Show an account, without its secrets.').action(async (appId: string, flags: Flags) =>
    print(await hostOf(flags).get<AccountResponse>(`/${checked(appId)}`), flags),
  );
  at('add', 'Add an account: JSON with appId, appSecret, kind, templates, …')
    .argument('<file>', 'the JSON; - for standard input')
    .action(async (file: string, flags: Flags) =>
      print(await hostOf(flags).post<AccountResponse>('', jsonFrom(file)), flags),
    );
  of('change', 'Change what the JSON holds of an account; null takes an option away.')
    .argument('<file>', 'the JSON; - for standard input')
    .action((appId: string, file: string, flags: Flags) => change(appId, jsonFrom(file), flags));
  of('rotate-secret', 'Replace the AppSecret, once it was reset in the console.')
    .argument('<file>', 'file that holds the new one alone; - for standard input')
    .action((appId: string, file: string, flags: Flags) =>
      change(appId, { appSecret: textFrom(file).trim() }, flags),
    );
  of('disable', 'Switch an account off: nothing is sent for it.').action((appId: string, flags: Flags) =>
    change(appId, { enabled: false }, flags),
  );
  of('enable', 'Switch an account on again.').action((appId: string, flags: Flags) =>
    change(appId, { enabled: true }, flags),
  );
  of('remove', 'Remove an account and its secrets; the ledger stays.').action(
    async (appId: string, flags: Flags) => {
      await hostOf(flags).delete(`/${checked(appId)}`);
      console.log(flags.json ? JSON.stringify({ appId, removed: true }) : `account ${appId} is removed`);
    },
  );
  of('changes', 'Tell who changed what, the latest first.').action(async (appId: string, flags: Flags) => {
    const { changes } = await hostOf(flags).get<{ changes: ChangeResponse[] }>(`/${checked(appId)}/changes`);
    for (const one of changes)
      console.log(
        flags.json
          ? JSON.stringify(one)
          : `${one.changedAt} ${one.action} by ${plain(one.changedBy)}: ${one.fields.join(', ') || '-'}`,
      );
  });
}

function print(account: AccountResponse, { json }: Flags): void {
  if (json) {
    console.log(JSON.stringify(account));
    return;
  }
  const { appId, kind, enabled, templates, secrets, updatedAt } = account;
  const has = secrets.length === 0 ? 'no secret' : secrets.join(', ');
  console.log(
    `${plain(appId)} ${plain(kind)} ${enabled ? 'on' : 'off'}, ${templates.length} templates, has ${has}, changed ${updatedAt}`,
  );
}

function checked(appId: string): string {
  if (/^[\w-]{1,32}$/.test(appId)) return appId;
  throw new CliError(`"${plain(appId)}" is not an appId`);
}
