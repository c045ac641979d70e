import { setImmediate } from 'node:timers';
import type { Dispatcher } from 'undici';
import { type CallTarget, errorCode, transportError, WeixinTransportError } from '../transport.js';
import { decodeBody, encodingsOf } from './decode-body.js';

export interface ExchangeResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface ExchangeLimits {
  /** From the start of the call to its last byte. */
  timeoutMs: number;
  /** Of the body without its content encoding. */
  maxBytes: number;
}

/**
 * One request and its answer on an undici dispatcher. It knows whether the request was handed to a
 * connection: whatever goes wrong before that (name, connection, TLS, a full pool, the time limit while
 * waiting for a free connection) surely was not sent, whatever its code.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private controller?: Dispatcher.DispatchController;
  private overdue = false;
  private status = 0;
  private headers: ExchangeResponse['headers'] = {};
  private readonly chunks: Buffer[] = [];
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly resolve: (response: ExchangeResponse) => void,
    private readonly reject: (error: Error) => void,
    private readonly target: CallTarget,
    private readonly limits: ExchangeLimits,
  ) {
    this.timer = setTimeout(() => this.expire(), limits.timeoutMs);
  }

  /** @throws {WeixinTransportError} */
  static run(
    dispatcher: Dispatcher,
    target: CallTarget,
    options: Dispatcher.DispatchOptions,
    limits: ExchangeLimits,
  ): Promise<ExchangeResponse> {
    return new Promise((resolve, reject) => {
      dispatcher.dispatch(options, new Exchange(resolve, reject, target, limits));
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Told to be over while it waited for a connection: it must not leave now.
    if (this.overdue) controller.abort(new Error('overdue'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: ExchangeResponse['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.timer);
    // Nearly every answer comes in one piece.
    const bytes = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
    const encodings = encodingsOf(this.headers['content-encoding']);
    if (encodings.length > 0) return void this.finishDecoded(bytes, encodings);
    const response = { status: this.status, headers: this.headers, body: bytes.toString('utf8') };
    // undici uses the connection again only after a turn of the event loop, which it asks for when this
    // method has returned. Who were answered before that would send the next request over another connection:
    // twice as many as requests under way.
    queueMicrotask(() => setImmediate(this.resolve, response));
  }

  /** No encoding is asked for; a server or a gateway may use one all the same. */
  private async finishDecoded(bytes: Buffer, encodings: string[]): Promise<void> {
    try {
      const body = (await decodeBody(bytes, encodings, this.limits.maxBytes)).toString('utf8');
      const { 'content-encoding': _, 'content-length': __, ...headers } = this.headers;
      this.resolve({ status: this.status, headers, body });
    } catch (error) {
      const why = errorCode(error) === 'Error' ? (error as Error).message : errorCode(error);
      this.reject(new WeixinTransportError(`${this.target.address} gave no usable response: ${why}`, false));
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.timer);
    if (!this.overdue) this.reject(transportError(error, this.target, this.controller === undefined));
  }

  private expire(): void {
    this.overdue = true;
    const { address } = this.target;
    const waited = `${this.limits.timeoutMs} ms`;
    if (this.controller) {
      this.reject(new WeixinTransportError(`${address} gave no usable response within ${waited}`, false));
      this.controller.abort(new Error('overdue'));
    } else {
      this.reject(new WeixinTransportError(`no connection to ${address} was free within ${waited}`, true));
    }
  }
}
