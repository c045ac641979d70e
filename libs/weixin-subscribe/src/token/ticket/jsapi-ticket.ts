import { inspect } from 'node:util';

/** A live jsapi_ticket. It prints and serialises without its value, so that it can not slip into a log. */
export class JsapiTicket {
  readonly #ticket: string;

  constructor(
    ticket: string,
    readonly expiresAt: Date,
  ) {
    this.#ticket = ticket;
  }

  get ticket(): string {
    return this.#ticket;
  }

  [inspect.custom](): string {
    return `JsapiTicket { ticket: [redacted], expiresAt: ${this.expiresAt.toISOString()} }`;
  }
}
