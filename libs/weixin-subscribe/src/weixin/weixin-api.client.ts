import { Injectable, Logger } from '@nestjs/common';
import { foreignCause } from '../common/errors.js';
import { redact } from '../common/redact.js';
import { parseEnvelope, type WeixinEnvelope } from './envelope.js';
import { type ErrcodeContext, type ErrcodeFacts, type ErrcodeHints, errcodeFacts } from './errcodes.js';
import { type WeixinHttpResponse, WeixinTransport, WeixinTransportError } from './transport.js';

export interface WeixinCall {
  method: 'GET' | 'POST';
  path: string;
  query: Record<string, string>;
  /** JSON text with its characters as they are, as `JSON.stringify` writes it: some endpoints refuse \uXXXX escapes (weixin-api.md §3.6). */
  body?: string;
  /** Where the errcodes of this call belong. @default 'api' */
  context?: ErrcodeContext;
  hints?: ErrcodeHints;
}

/**
 * What a call came to. `answered`: WeChat spoke, `facts` says what its errcode means. `not-sent`: it surely never
 * arrived. `no-answer`: nobody can know.
 */
export type WeixinAnswer =
  | { kind: 'answered'; envelope: WeixinEnvelope; facts: ErrcodeFacts }
  | { kind: 'not-sent'; reason: string }
  | { kind: 'no-answer'; reason: string };

/** Calls the platform and reads its answer. Knows neither tokens nor messages; never repeats, never throws for an answer. */
@Injectable()
export class WeixinApiClient {
  private readonly logger = new Logger(WeixinApiClient.name);

  constructor(private readonly transport: WeixinTransport) {}

  async call(call: WeixinCall): Promise<WeixinAnswer> {
    const answer = await this.ask(call);
    this.log(call, answer);
    return answer;
  }

  private async ask(call: WeixinCall): Promise<WeixinAnswer> {
    const { method, path, query, body } = call;
    try {
      return read(await this.transport.send({ method, path, query, body }), call);
    } catch (error) {
      // A transport of the host's may throw anything; whether its request left, nobody can know then.
      if (!(error instanceof WeixinTransportError))
        return { kind: 'no-answer', reason: foreignCause(error).message };
      return { kind: error.surelyNotSent ? 'not-sent' : 'no-answer', reason: error.message };
    }
  }

  private log({ method, path }: WeixinCall, answer: WeixinAnswer): void {
    const isOk = answer.kind === 'answered' && answer.facts.errclass === 'ok';
    // A broadcast makes hundreds of thousands of these lines, mostly for a logger that drops them.
    if (isOk && !Logger.isLevelEnabled('debug')) return;
    const call = `${method} ${path}`;
    if (isOk) this.logger.debug(`${call}: ok`);
    else if (answer.kind !== 'answered') this.logger.warn(`${call}: ${answer.kind}, ${answer.reason}`);
    else this.logger.warn(`${call}: errcode ${answer.envelope.errcode} ${redact(answer.envelope.errmsg)}`);
  }
}

function read(response: WeixinHttpResponse, { context, hints }: WeixinCall): WeixinAnswer {
  const envelope = parseEnvelope(response);
  if (!envelope)
    return { kind: 'no-answer', reason: `HTTP ${response.status} with ${describe(response.body)}` };
  return { kind: 'answered', envelope, facts: errcodeFacts(envelope.errcode, context, hints) };
}

function describe(body: string): string {
  if (body.trim() === '') return 'an empty body';
  return /^\s*</.test(body) ? 'an HTML body' : 'a body that is not a JSON object';
}
