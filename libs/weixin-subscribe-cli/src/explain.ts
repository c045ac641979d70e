import { CliError, plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';

interface Text {
  en: string;
  zh: string;
}

interface ExplanationResponse {
  verdict: string;
  findings: { code: string; message: Text }[];
  nextStep: Text;
  weixin?: { rid: string; invokedAt: string; costMs: number };
  story: { type: string; at: string; state?: number; errcode?: number }[];
}

export interface ExplainFlags {
  lang?: 'en' | 'zh';
  json?: boolean;
}

/**
 * Says why a person did not get a message.
 * @throws {CliError} there is no such message, or the key lacks `messages:read`
 */
export async function explainMessage(id: string, flags: HostFlags & ExplainFlags): Promise<void> {
  assertId(
    id,
    'message',
    'It is the messageId of the error that the send ended with, and in the history of a person.',
  );
  await explain('/messages', id, flags);
}

/**
 * Says how a service card stands and why.
 * @throws {CliError} there is no such card, or the key lacks `cards:read`
 */
export async function explainCard(id: string, flags: HostFlags & ExplainFlags): Promise<void> {
  assertId(id, 'card', 'It is the id that POST cards returned, and the cardId in the history of a person.');
  await explain('/cards', id, flags);
}

function assertId(id: string, what: string, remedy: string): void {
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw new CliError(`"${plain(id)}" is not the id of a ${what}`, remedy);
}

async function explain(
  route: '/messages' | '/cards',
  id: string,
  flags: HostFlags & ExplainFlags,
): Promise<void> {
  const explanation = await HostClient.of(flags, route).get<ExplanationResponse>(`/${id}/explain`);
  if (flags.json) console.log(JSON.stringify(explanation));
  else print(explanation, flags.lang ?? 'en');
}

function print(
  { verdict, findings, nextStep, weixin, story }: ExplanationResponse,
  language: 'en' | 'zh',
): void {
  console.log(plain(verdict).toUpperCase());
  for (const { code, message } of findings)
    console.log(`${plain(code).padEnd(22)} ${plain(message[language])}`);
  console.log(`${' '.repeat(23)}→ ${plain(nextStep[language])}`);
  if (weixin)
    console.log(`WeChat: rid ${plain(weixin.rid)}, ${plain(weixin.invokedAt)}, ${Number(weixin.costMs)} ms`);
  for (const { type, at, state, errcode } of story) {
    const shown = state === undefined ? '' : ` state ${Number(state)}`;
    const why = errcode === undefined ? '' : ` (errcode ${Number(errcode)})`;
    console.log(`${plain(at)} ${plain(type)}${shown}${why}`);
  }
}
