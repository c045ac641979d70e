import { Injectable } from '@nestjs/common';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { redact } from '../kernel/redact.js';
import { SecretMask } from '../kernel/secret-mask.js';
import {
  Telemetry,
  type TelemetryAttributes,
  type TelemetryDuration,
  type TelemetrySpan,
} from '../kernel/telemetry.js';
import { envelopeOf, parseEnvelope, type WeixinEnvelope } from './envelope.js';
import { type ErrcodeContext, type ErrcodeFacts, type ErrcodeHints, errcodeFacts } from './errcodes.js';
import type { ApiSecurityConfig } from './signing/api-security.options.js';
import { CallSecurity } from './signing/call-security.js';
import { answersBinary, isSecuredPath } from './signing/secured-paths.js';
import { type WeixinHttpResponse, WeixinTransport, WeixinTransportError } from './transport.js';

export interface WeixinCall {
  method: 'GET' | 'POST';
  path: string;
  query: Record<string, string>;
  /**
   * JSON text with its characters as they are, as `JSON.stringify` writes it: some endpoints refuse \uXXXX
   * escapes (docs/platform.md §3.6).
   */
  body?: string;
  /** Where the errcodes of this call belong. @default 'api' */
  context?: ErrcodeContext;
  hints?: ErrcodeHints;
  /**
   * The caller writes a line of what became of it, which says more: a call that did not do what it should is
   * one of level `debug` then, not `warn`.
   */
  reported?: boolean;
  /**
   * Every value in this request that nobody may see. Wherever WeChat or anybody on the way quotes one, it is
   * masked.
   */
  secrets: readonly string[];
  /**
   * Members of the answer that may repeat a secret of the request and are what was asked for: they are given
   * as they came.
   */
  returned?: readonly string[];
  /** The keys of an account with API security. Only the paths that WeChat secures are secured. */
  security?: ApiSecurityConfig;
}

/**
 * What a call came to. `answered`: WeChat spoke, `facts` says what its errcode means. `not-sent`: it surely
 * never arrived. `no-answer`: nobody can know.
 */
export type WeixinAnswer =
  | { kind: 'answered'; envelope: WeixinEnvelope; facts: ErrcodeFacts }
  | { kind: 'not-sent'; reason: string }
  | { kind: 'no-answer'; reason: string };

/** Masks are made once for a token that thousands of calls carry. */
const MASKS_KEPT = 64;

/**
 * Calls the platform and reads its answer. Knows neither tokens nor messages; never repeats, never throws for
 * an answer. No text of an answer leaves it that quotes a secret of the request, whatever its name.
 */
@Injectable()
export class WeixinApiClient {
  private readonly logger = new LibraryLogger(WeixinApiClient.name);
  readonly #masks = new Map<string, SecretMask>();
  private readonly duration: TelemetryDuration;

  constructor(
    private readonly transport: WeixinTransport,
    private readonly callSecurity: CallSecurity,
    private readonly telemetry: Telemetry,
  ) {
    this.duration = telemetry.duration(
      'weixin.api.duration',
      'Calls to WeChat, by path and class of errcode',
    );
  }

  call(call: WeixinCall): Promise<WeixinAnswer> {
    const attributes = { 'http.request.method': call.method, 'url.path': call.path };
    return this.telemetry.part(`weixin ${call.path}`, (span) => this.measured(call, span), {
      kind: 'client',
      attributes,
    });
  }

  private async measured(call: WeixinCall, span: TelemetrySpan): Promise<WeixinAnswer> {
    const since = performance.now();
    const answer = await this.ask(call);
    this.duration.record(since, { 'url.path': call.path, 'weixin.errclass': errclassOf(answer) });
    if (span.isRecording()) span.setAttributes(described(answer));
    this.log(call, answer);
    return answer;
  }

  private async ask(call: WeixinCall): Promise<WeixinAnswer> {
    const { method, path, query, body, secrets, security, context } = call;
    const mask = this.maskOf(secrets);
    try {
      if (security && isSecuredPath(path)) return await this.askSecured(call, security, mask);
      const request =
        context === 'cloud' ? { method, path, query, body, cloud: true } : { method, path, query, body };
      return read(await this.transport.send(request), call, mask);
    } catch (error) {
      // A transport of the host's may throw anything; whether its request left, nobody can know then.
      const isOurs = error instanceof WeixinTransportError;
      const reason = mask.mask(foreignCause(error).message);
      return { kind: isOurs && error.surelyNotSent ? 'not-sent' : 'no-answer', reason };
    }
  }

  private async askSecured(
    call: WeixinCall,
    security: ApiSecurityConfig,
    mask: SecretMask,
  ): Promise<WeixinAnswer> {
    const { method, path, query, body } = call;
    if (method !== 'POST' || body === undefined || answersBinary(path))
      return {
        kind: 'not-sent',
        reason: `${method} ${path} is not supported for an account with API security`,
      };
    const secured = this.callSecurity.secure({ path, query, body }, security);
    const response = await this.transport.send({
      method,
      path,
      query: secured.query,
      body: secured.body,
      headers: secured.headers,
    });
    if (response.status < 200 || response.status > 299) return read(response, call, mask);
    const answer = this.callSecurity.open(response, secured.url, security);
    if ('unusable' in answer) return { kind: 'no-answer', reason: answer.unusable };
    return answered(envelopeOf(answer.opened), call, mask) ?? noAnswer(response, call);
  }

  private maskOf(secrets: readonly string[]): SecretMask {
    const key = secrets.join('\n');
    const known = this.#masks.get(key);
    if (known) return known;
    const mask = new SecretMask(secrets);
    const [oldest] = this.#masks.keys();
    if (this.#masks.size >= MASKS_KEPT && oldest !== undefined) this.#masks.delete(oldest);
    this.#masks.set(key, mask);
    return mask;
  }

  private log({ method, path, reported = false }: WeixinCall, answer: WeixinAnswer): void {
    const isOk = answer.kind === 'answered' && answer.facts.errclass === 'ok';
    // A broadcast makes hundreds of thousands of these lines, mostly for a logger that drops them.
    if ((isOk || reported) && !LibraryLogger.isLevelEnabled('debug')) return;
    const call = `${method} ${path}`;
    const level = isOk || reported ? 'debug' : 'warn';
    if (isOk) this.logger[level](`${call}: ok`);
    else if (answer.kind === 'not-sent') this.logger[level](`${call} was not sent: ${answer.reason}`);
    else if (answer.kind === 'no-answer') this.logger[level](`${call} may have arrived: ${answer.reason}`);
    else this.logger[level](`${call}: errcode ${answer.envelope.errcode} ${redact(answer.envelope.errmsg)}`);
  }
}

const errclassOf = (answer: WeixinAnswer) =>
  answer.kind === 'answered' ? answer.facts.errclass : answer.kind;

function described(answer: WeixinAnswer): TelemetryAttributes {
  const errclass = { 'weixin.errclass': errclassOf(answer) };
  if (answer.kind !== 'answered') return errclass;
  const { errcode, rid } = answer.envelope;
  return { ...errclass, 'weixin.errcode': errcode, ...(rid && { 'weixin.rid': rid }) };
}

function read(response: WeixinHttpResponse, call: WeixinCall, mask: SecretMask): WeixinAnswer {
  return answered(parseEnvelope(response), call, mask) ?? noAnswer(response, call);
}

function answered(
  given: WeixinEnvelope | undefined,
  { context, hints, returned }: WeixinCall,
  mask: SecretMask,
): WeixinAnswer | undefined {
  const envelope = presentable(given, mask, returned);
  return envelope && { kind: 'answered', envelope, facts: errcodeFacts(envelope.errcode, context, hints) };
}

function noAnswer({ status, body }: WeixinHttpResponse, { context, path }: WeixinCall): WeixinAnswer {
  const why =
    context === 'cloud' && status === 502
      ? `; the relay of WeChat Cloud Run answers that where ${path} is not on the allow-list of its open-interface service`
      : '';
  return { kind: 'no-answer', reason: `HTTP ${status} with ${describe(body)}${why}` };
}

/**
 * By value before anybody looks at names: what `redact` takes for the end of a value may be in the middle of
 * it.
 */
function presentable(
  envelope: WeixinEnvelope | undefined,
  mask: SecretMask,
  returned: readonly string[] = [],
): WeixinEnvelope | undefined {
  if (!envelope) return undefined;
  const { errcode, errmsg, rid, body } = envelope;
  const masked = mask.maskIn(body);
  for (const name of returned) if (Object.hasOwn(body, name)) masked[name] = body[name];
  return { errcode, errmsg: mask.mask(errmsg), rid, body: masked };
}

function describe(body: string): string {
  if (body.trim() === '') return 'an empty body';
  return /^\s*</.test(body) ? 'an HTML body' : 'a body that is not a JSON object';
}
