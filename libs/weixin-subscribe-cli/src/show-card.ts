import { CliError, plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';

interface CardResponse {
  id: string;
  appId: string;
  openid: string;
  notifyType: number;
  status: string;
  state?: number;
  expiresAt: string;
  endedAt?: string;
  end?: string;
  updates: {
    seq: number;
    kind: string;
    status: string;
    state?: number;
    errcode?: number;
    reason?: string;
    failRet?: number;
    acceptedAt: string;
    dueAt?: string;
  }[];
  weixin?: { state?: number; codeState?: number; expiresAt?: string };
}

export interface ShowCardFlags extends HostFlags {
  live?: boolean;
  json?: boolean;
}

/**
 * Prints a card and what was done with it, the newest update first; `live`: WeChat is asked as well.
 * @throws {CliError} there is no such card, or the key lacks `cards:read`
 */
export async function showCard(id: string, { live, json, ...flags }: ShowCardFlags): Promise<void> {
  if (!/^[0-9a-f-]{36}$/i.test(id))
    throw new CliError(`"${plain(id)}" is not the id of a card`, 'It is the id that POST cards returned.');
  const query = live ? { live: 'true' } : undefined;
  const card = await HostClient.of(flags, '/cards').get<CardResponse>(`/${id}`, query);
  if (json) console.log(JSON.stringify(card));
  else for (const line of describe(card)) console.log(plain(line));
}

function* describe(card: CardResponse): Generator<string> {
  const { id, appId, openid, notifyType, status, state, expiresAt, endedAt, end, updates, weixin } = card;
  const until = endedAt === undefined ? `until ${expiresAt}` : `since ${endedAt}, ${end}`;
  yield `card ${id} of ${appId}, type ${notifyType}, to ${openid || '(forgotten)'}`;
  yield `${status}, ${state === undefined ? 'no state yet' : `state ${state}`}, ${until}`;
  if (weixin) yield `at WeChat: state ${weixin.state ?? 'none'}, code ${weixin.codeState ?? 'not told'}`;
  for (const { seq, kind, ...update } of updates) {
    const what = kind === 'ext' ? 'ext' : `state ${update.state}`;
    const why = update.reason ?? (update.errcode ? `errcode ${update.errcode}` : '');
    const notified = update.failRet === undefined ? '' : ` not notified (${update.failRet})`;
    const due = update.dueAt === undefined ? '' : ` due ${update.dueAt}`;
    yield `  ${seq} ${update.acceptedAt} ${what} ${update.status} ${why}`.trimEnd() + notified + due;
  }
}
