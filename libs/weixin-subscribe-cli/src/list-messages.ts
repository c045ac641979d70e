import { plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';

interface MessagesResponse {
  messages: {
    id: string;
    acceptedAt: string;
    openid: string;
    templateId: string;
    scene: number;
    status: string;
    errcode?: number;
    reason?: string;
    dueAt?: string;
  }[];
  cursor?: string;
}

export interface ListMessagesFlags extends HostFlags {
  appId: string;
  status: string;
  limit?: number;
  cursor?: string;
  json?: boolean;
}

/**
 * Prints a page of the messages that are unknown, or wait; to `resolve`, each with its id first.
 * @throws {CliError} there is no such account, or the key lacks `messages:read`
 */
export async function listMessages({ json, url, keyFile, ...query }: ListMessagesFlags): Promise<void> {
  const page = await HostClient.of({ url, keyFile }, '/messages').get<MessagesResponse>('', query);
  if (json) return console.log(JSON.stringify(page));
  for (const message of page.messages) {
    const { id, acceptedAt, openid, templateId, scene, errcode, reason, dueAt } = message;
    const why = reason ?? (errcode === undefined ? '' : `errcode ${Number(errcode)}`);
    const due = dueAt === undefined ? '' : ` due ${plain(dueAt)}`;
    const line = `${id} ${acceptedAt} ${openid || '(forgotten)'} ${templateId} ${Number(scene)} ${why}`;
    console.log(plain(line).trimEnd() + due);
  }
  if (page.messages.length === 0) console.log(`no message is ${query.status}`);
  if (page.cursor !== undefined) console.log(`more: --cursor ${plain(page.cursor)}`);
}
