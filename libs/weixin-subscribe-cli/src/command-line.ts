import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { accountCommands } from './accounts.js';
import { CliError, plain } from './cli-error.js';
import { type DoctorFlags, doctor } from './doctor.js';
import { type ExplainFlags, explainCard, explainMessage } from './explain.js';
import { type BroadcastResponse, HostClient, type HostFlags } from './host-client.js';
import { type ListMessagesFlags, listMessages } from './list-messages.js';
import { showPreview } from './preview.js';
import { recurringCommands } from './recurring.js';
import { resolveMessage } from './resolve-message.js';
import { retryToken } from './retry-token.js';
import { type ReviewFlags, review } from './review-template.js';
import { type ShowCardFlags, showCard } from './show-card.js';
import { type ContentFlags, preview, type StartFlags, start } from './start.js';
import { described, watch } from './watch.js';

type Flags<More = object> = HostFlags & { json?: boolean } & More;

/** The commands and their options. @param exit takes an exit code other than 0; errors are thrown */
export function commandLine(version: string, exit: (code: number) => void): Command {
  const program = new Command('weixin-subscribe')
    .description(
      'Subscription messages of WeChat: broadcasts, messages, cards and tokens of a running host, review of templates.',
    )
    .version(version);
  const broadcast = program
    .command('broadcast')
    .description('One content to everyone who asked: each person at most one message, for one grant.');
  const at = (name: string, description: string) => hosted(broadcast.command(name).description(description));
  const of = (name: string, description: string) =>
    at(name, description).argument('<id>', 'id of the broadcast');

  contentOptions(at('start', 'Start a broadcast. On a terminal it shows a preview and asks.'))
    .option(
      '--idempotency-key <key>',
      'the same key gives the same broadcast; 1–128 ASCII characters (default: a new one)',
    )
    .option('--dry-run', 'show what would happen, and start nothing')
    .option('--watch', 'then watch it until it is over')
    .option('-y, --yes', 'do not ask; required where there is no terminal')
    .option('--json', 'print JSON')
    .action(async (flags: Flags<StartFlags & { watch?: boolean }>) => {
      const host = HostClient.of(flags);
      const started = await start(host, flags);
      if (!started) return;
      console.log(flags.json ? JSON.stringify(started) : inOneLine(started));
      if (flags.watch) exit(await watch(host, started.id, flags));
    });

  contentOptions(
    at(
      'preview',
      'Show what a broadcast would do: how many people, the texts of three, how long. Starts nothing.',
    ),
  )
    .option('--json', 'print JSON')
    .action(async (flags: Flags<ContentFlags>) =>
      showPreview(await preview(HostClient.of(flags), flags), flags),
    );

  of(
    'watch',
    'Watch a broadcast: a bar on a terminal, else a line of JSON per change. ' +
      'Exit code 0: finished, 2: cancelled or paused, 1: error.',
  )
    .option('--json', 'lines of JSON, also on a terminal')
    .action(async (id: string, flags: Flags) => exit(await watch(HostClient.of(flags), checked(id), flags)));

  of('status', 'Tell where a broadcast stands.')
    .option('--json', 'print JSON')
    .action(async (id: string, flags: Flags) => {
      const response = await HostClient.of(flags).get<BroadcastResponse>(`/${checked(id)}`);
      console.log(flags.json ? JSON.stringify(response) : inFull(response));
    });

  at('list', 'List the broadcasts of an account, the newest first.')
    .requiredOption('--app-id <id>', 'appId of the account')
    .addOption(
      new Option('--status <status>', 'only these').choices([
        ...['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled'],
      ]),
    )
    .option('--before <id>', 'go on after this one')
    .option('--limit <n>', 'how many, 1–100 (default: 20)', whole(1, 100))
    .option('--json', 'print JSON, one broadcast per line')
    .action(async ({ appId, status, before, limit, ...flags }: Flags<Record<string, string>>) => {
      const query = { appId, status, before, limit };
      const { broadcasts } = await HostClient.of(flags).get<{ broadcasts: BroadcastResponse[] }>('', query);
      for (const one of broadcasts) console.log(flags.json ? JSON.stringify(one) : inOneLine(one));
    });

  for (const [action, description] of [
    ['pause', 'Stop a broadcast until it is resumed. Messages in flight still get their outcome.'],
    ['resume', 'Go on with a paused broadcast.'],
    ['cancel', 'End a broadcast for good. Grants that were not used stay with their people.'],
  ]) {
    of(action, description)
      .option('--reason <text>', 'for the record, 1–255 characters')
      .action(async (id: string, { reason, ...flags }: Flags<{ reason?: string }>) => {
        const body = reason === undefined ? undefined : { reason };
        console.log(
          inOneLine(await HostClient.of(flags).post<BroadcastResponse>(`/${checked(id)}/${action}`, body)),
        );
      });
  }

  of(
    'export',
    'Write what became of every person as CSV: openid, outcome, errcode, errmsg, reason, message id, moments.',
  )
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .action(async (id: string, { output, ...flags }: Flags<{ output?: string }>) =>
      exported(HostClient.of(flags), checked(id), output),
    );
  recurringCommands(broadcast, hosted);
  hosted(
    program
      .command('token')
      .description('The access_token of an account, as a running host keeps it.')
      .command('retry')
      .description(
        'Have WeChat asked for a token at once, once the cause of a refusal is mended ' +
          '(89506, 89507, 40164, …). Shows no token. Exit code 0: there is one.',
      )
      .argument('<appId>', 'appId of the account'),
  )
    .option('--json', 'print JSON')
    .action(async (appId: string, flags: Flags) => retryToken(appId, flags));
  hosted(
    program
      .command('doctor')
      .description(
        'Run the going-live checklist of an account: credential, addresses, quota, templates, pushes, clock. ' +
          'Exit code 0: no problem, 2: a problem, 1: error.',
      )
      .argument('<appId>', 'appId of the account'),
  )
    .addOption(new Option('--lang <lang>', 'language of findings and remedies').choices(['en', 'zh']))
    .option('--json', 'print JSON')
    .action(async (appId: string, flags: Flags<DoctorFlags>) => exit(await doctor(appId, flags)));
  accountCommands(program, hosted);
  messageCommands(program);
  cardCommands(program);
  reviewCommand(program, exit);
  return program;
}

/** Adds the options that name the host and the service key. */
function hosted(command: Command): Command {
  return command
    .option(
      '--url <url>',
      'where the routes of the library are, e.g. http://127.0.0.1:3000/weixin (or WEIXIN_SUBSCRIBE_URL)',
    )
    .option('--key-file <file>', 'file with the service key (or WEIXIN_SUBSCRIBE_KEY holds the key itself)');
}

function messageCommands(program: Command): void {
  const message = program.command('message').description('Messages of a running host.');
  hosted(
    message
      .command('list')
      .description('Messages whose outcome is unknown, the oldest first; or those that wait for their time.'),
  )
    .requiredOption('--app-id <id>', 'appId of the account')
    .addOption(
      new Option('--status <status>', 'which ones').choices(['unknown', 'waiting']).default('unknown'),
    )
    .option('--limit <n>', 'messages of a page, 1–500 (default: 100)', whole(1, 500))
    .option('--cursor <cursor>', 'of the page before')
    .option('--json', 'print JSON')
    .action(async (flags: ListMessagesFlags) => listMessages(flags));
  hosted(
    message
      .command('resolve')
      .description(
        'End a message whose outcome is unknown, once you know whether it arrived. sent: its grant is ' +
          'spent. not-sent: it ends as failed, and its grant may be used again.',
      )
      .argument('<id>', 'id of the message')
      .addArgument(new Argument('<outcome>', 'what became of it').choices(['sent', 'not-sent'])),
  )
    .option('--json', 'print JSON')
    .action(async (id: string, outcome: string, flags: Flags) => resolveMessage(id, outcome, flags));
  hosted(
    message
      .command('explain')
      .description('Tell why a person did not get a message, and the one thing to do.')
      .argument('<id>', 'id of the message'),
  )
    .addOption(new Option('--lang <lang>', 'language of the explanation').choices(['en', 'zh']))
    .option('--json', 'print JSON, with both languages')
    .action(async (id: string, flags: Flags<ExplainFlags>) => explainMessage(id, flags));
}

function cardCommands(program: Command): void {
  const card = program.command('card').description('Service cards of a running host.');
  hosted(
    card
      .command('show')
      .description('Show a card and what became of each of its updates, the newest first.')
      .argument('<id>', 'id of the card'),
  )
    .option('--live', 'ask WeChat as well how it stands')
    .option('--json', 'print JSON')
    .action(async (id: string, flags: ShowCardFlags) => showCard(id, flags));
  hosted(
    card
      .command('explain')
      .description('Tell how a card stands and why, and the one thing to do.')
      .argument('<id>', 'id of the card'),
  )
    .addOption(new Option('--lang <lang>', 'language of the explanation').choices(['en', 'zh']))
    .option('--json', 'print JSON, with both languages')
    .action(async (id: string, flags: Flags<ExplainFlags>) => explainCard(id, flags));
}

function reviewCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('review-template')
    .description(
      "Hold a template against WeChat's review rules, without a host. " +
        'Exit code 0: nothing found, 1: findings, or an error.',
    )
    .argument(
      '[file]',
      'JSON: {"title", "keywords": [{"name", "example"}], "otherTitles"?}; - for standard input',
    )
    .option('--title <text>', 'title of the template')
    .option('--keyword <name=example...>', 'its keywords, each with its sample')
    .option('--other-title <text...>', 'titles that exist already')
    .addOption(new Option('--lang <lang>', 'language of the findings').choices(['en', 'zh']).default('en'))
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, flags: ReviewFlags) => exit(await review(file, flags)));
}

function contentOptions(command: Command): Command {
  return command
    .requiredOption('--app-id <id>', 'appId of the account')
    .requiredOption('--template-id <id>', 'id of the template')
    .addOption(
      new Option('--scene <n>', 'to everybody with an unused grant under this scene, 0–10000')
        .argParser(whole(0, 10_000))
        .conflicts('purpose'),
    )
    .option('--purpose <text>', 'instead of --scene: what the scene is for')
    .option('--recipients <file>', 'to these: a CSV or NDJSON file of any length, or - for standard input')
    .addOption(
      new Option(
        '--format <format>',
        'of the recipients (default: ndjson for *.ndjson, else csv). ' +
          'CSV: the first line names openid and the fields',
      ).choices(['csv', 'ndjson']),
    )
    .option('--title <text>', '1–15 characters once its {{fields}} are filled')
    .option('--content <text>', '1–200 characters once its {{fields}} are filled')
    .option('--color <#rrggbb>', 'colour of the content')
    .option(
      '--data <keyword=value>',
      'of messages with keywords, once for each: thing1={{course}}',
      (pair: string, pairs: string[] = []) => [...pairs, keyword(pair)],
    )
    .option('--page <page>', 'page that a message with keywords opens')
    .option('--link <url>', 'page that the message opens, http or https')
    .option('--miniprogram-app-id <id>', 'mini program that the message opens')
    .option('--miniprogram-path <path>', 'page in it')
    .option(
      '--renderer <name>',
      'a renderer of the host writes the texts, instead of --title and --content, or --data',
    )
    .option(
      '--rate <n>',
      'messages per second at most, 1–100000 (default: that of the account)',
      whole(1, 100_000),
    )
    .option('--not-before <moment>', 'begins then, ISO 8601 with offset, less than a year ahead')
    .option('--deadline <moment>', 'from then on nothing more is sent');
}

function keyword(pair: string): string {
  if (/^\w+=./s.test(pair)) return pair;
  throw new InvalidArgumentError('must be a keyword and its value, e.g. thing1=text.');
}

/** Writes the export; a file gets its name only when it is whole. */
async function exported(host: HostClient, id: string, output: string | undefined): Promise<void> {
  const { body } = await host.call(`/${id}/export`, { method: 'GET' });
  const partial = output && `${output}.partial`;
  try {
    const target = partial ? createWriteStream(partial) : process.stdout;
    await pipeline(Readable.from(body ?? []), target, { end: target !== process.stdout });
    if (partial) await rename(partial, output);
  } catch (error) {
    if (partial) await rm(partial, { force: true });
    // The connection's own errors come wrapped, without one.
    throw (error as NodeJS.ErrnoException).syscall !== undefined
      ? new CliError(`${output ?? 'standard output'} can not be written: ${(error as Error).message}`)
      : host.unreachable(error);
  }
}

const whole = (least: number, most: number) => (text: string) => {
  if (/^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`);
};

function checked(id: string): string {
  if (/^[0-9a-f-]{36}$/.test(id)) return id;
  throw new CliError(
    `"${plain(id)}" is not the id of a broadcast`,
    'List them: weixin-subscribe broadcast list',
  );
}

function inOneLine({
  id,
  status,
  createdAt,
  total,
  title,
  renderer,
  requestedBy,
}: BroadcastResponse): string {
  const people = total === undefined ? '' : `, for ${total} ${total === 1 ? 'person' : 'people'}`;
  const what = renderer === undefined ? `"${plain(title)}"` : `renderer ${plain(renderer)}`;
  return `${id} ${status}${people}, ${what}, ${createdAt}${requestedBy ? ` by ${plain(requestedBy)}` : ''}`;
}

function inFull(broadcast: BroadcastResponse): string {
  const { progress } = broadcast;
  if (!progress) return inOneLine(broadcast);
  const { sent, refused, failed, unknown, noGrant, invalid, inFlight, remaining, rate } = progress;
  return [
    inOneLine(broadcast),
    described(progress),
    `sent ${sent} refused ${refused} failed ${failed} unknown ${unknown} in flight ${inFlight}`,
    `no grant ${noGrant} invalid ${invalid} remaining ${remaining ?? '?'} at ${rate}/s`,
  ].join('\n');
}
