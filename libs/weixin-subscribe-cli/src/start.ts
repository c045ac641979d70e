import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { CliError, plain } from './cli-error.js';
import { type BroadcastResponse, type HostClient, UnreachableError } from './host-client.js';
import { type Preview, printPreview, showPreview } from './preview.js';
import { type Recipient, recipientsOf } from './recipients.js';

/** Hosts limit bodies of JSON (Express: 100 KB), so a preview has at most that many rows. */
const PREVIEW_ROWS = 1000;
const PREVIEW_BYTES = 60_000;

/** Content and audience of a broadcast, as the flags give them. */
export interface ContentFlags {
  appId: string;
  templateId: string;
  scene?: number;
  purpose?: string;
  recipients?: string;
  format?: string;
  title?: string;
  content?: string;
  color?: string;
  /** Each `keyword=value`. */
  data?: string[];
  page?: string;
  link?: string;
  miniprogramAppId?: string;
  miniprogramPath?: string;
  renderer?: string;
  rate?: number;
  notBefore?: string;
  deadline?: string;
}

export interface StartFlags extends ContentFlags {
  idempotencyKey?: string;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Previews the first rows that fit into one request; all rows are read, so that a wrong one is found. */
export async function preview(host: HostClient, flags: ContentFlags): Promise<Preview> {
  requireAudience(flags);
  const { first, rest } = await opened(flags);
  const response = await host.post<Preview>('/preview', { ...bodyOf(flags), recipients: first });
  let more = 0;
  for await (const _row of rest) more++;
  return more === 0 ? response : { ...response, notPreviewed: more };
}

/** @returns `undefined`: only shown, or not wanted */
export async function start(host: HostClient, flags: StartFlags): Promise<BroadcastResponse | undefined> {
  requireAudience(flags);
  if (flags.dryRun) {
    showPreview(await preview(host, flags), flags);
    return undefined;
  }
  const canAsk = process.stdin.isTTY && process.stdout.isTTY && flags.recipients !== '-';
  if (!flags.yes && !canAsk)
    throw new CliError(
      'nobody is here to be asked',
      'Give --yes to start, or --dry-run to see what would happen.',
    );
  if (!flags.yes) {
    printPreview(await preview(host, flags));
    if (!(await isWanted())) return undefined;
  }
  const idempotencyKey = flags.idempotencyKey ?? `cli-${randomUUID()}`;
  const body = { ...bodyOf(flags), idempotencyKey };
  try {
    return flags.recipients === undefined
      ? await host.post<BroadcastResponse>('', body)
      : await startList(host, body, flags);
  } catch (error) {
    if (error instanceof UnreachableError && error.mayHaveArrived)
      throw new CliError(
        `${error.message}; it is not known whether the broadcast was started`,
        `Start it again with --idempotency-key ${idempotencyKey}: it is the same one then, and nobody gets it twice.`,
      );
    throw error;
  }
}

async function startList(host: HostClient, body: object, flags: StartFlags): Promise<BroadcastResponse> {
  const { first, rest } = await opened(flags);
  const draft = await host.post<BroadcastResponse>('', { ...body, draft: true });
  if (draft.status === 'cancelled')
    throw new CliError(
      `broadcast ${draft.id} of this idempotency key is cancelled`,
      'Use a new key for a new broadcast.',
    );
  // The same key a second time: it has been started.
  if (draft.status !== 'draft') return draft;
  try {
    await host.stream(`/${draft.id}/recipients`, inLines(first ?? [], rest));
  } catch (error) {
    const reason = plain((error as Error).message).slice(0, 200);
    await host.post(`/${draft.id}/cancel`, { reason }).catch(() => undefined);
    throw error instanceof CliError
      ? new CliError(`${error.message}; nothing is sent`, 'Mend it and start anew.')
      : error;
  }
  return host.post<BroadcastResponse>(`/${draft.id}/start`);
}

async function* inLines(
  first: Recipient[],
  rest: AsyncIterable<Recipient>,
): AsyncGenerator<string, void, undefined> {
  for (const row of first) yield JSON.stringify(row);
  for await (const row of rest) yield JSON.stringify(row);
}

/** The first rows, and the others as they are read. */
async function opened({
  recipients,
  format,
}: ContentFlags): Promise<{ first?: Recipient[]; rest: AsyncIterable<Recipient> }> {
  if (recipients === undefined) return { rest: (async function* () {})() };
  const rows = recipientsOf(recipients, format);
  const first: Recipient[] = [];
  let bytes = 0;
  while (first.length < PREVIEW_ROWS && bytes < PREVIEW_BYTES) {
    const { value, done } = await rows.next();
    if (done) break;
    first.push(value);
    bytes += Buffer.byteLength(JSON.stringify(value));
  }
  if (first.length === 0) throw new CliError(`${recipients} names no recipient`);
  return { first, rest: rows };
}

/** Messages with keywords have no scene: without recipients they are for everybody of the template. */
function requireAudience({ scene, purpose, recipients, title, content }: ContentFlags): void {
  const isOneTime = title !== undefined || content !== undefined;
  if (isOneTime && scene === undefined && purpose === undefined && recipients === undefined)
    throw new CliError('whom is it for?', 'Give --scene, --purpose or --recipients.');
}

function bodyOf(flags: ContentFlags): object {
  const { appId, templateId, scene, purpose, title, renderer, rate, notBefore, deadline } = flags;
  const miniprogram = flags.miniprogramAppId
    ? { appId: flags.miniprogramAppId, pagepath: flags.miniprogramPath }
    : undefined;
  const content = flags.content === undefined ? undefined : { value: flags.content, color: flags.color };
  const data = flags.data?.map((pair) => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]);
  return {
    appId,
    templateId,
    scene,
    purpose,
    title,
    content,
    data: data && Object.fromEntries(data.map(([keyword, value]) => [keyword, { value }])),
    page: flags.page,
    url: flags.link,
    miniprogram,
    renderer,
    rate,
    notBefore,
    deadline,
  };
}

async function isWanted(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question('Send it? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}
