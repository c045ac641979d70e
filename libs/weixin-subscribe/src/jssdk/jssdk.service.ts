import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../account/account.errors.js';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { plainInput } from '../kernel/input-shape.js';
import { RandomSource } from '../kernel/random-source.js';
import { validateInput } from '../kernel/validation.js';
import { TicketService } from '../token/ticket/ticket.service.js';
import { JssdkConfigDto } from './jssdk.dto.js';
import { JssdkUrlRefusedError } from './jssdk.errors.js';
import { JssdkConfig } from './jssdk.options.js';
import { jssdkSignature } from './jssdk-signature.js';

const NONCE_LENGTH = 22;
/** A browser encodes them; what has one was not taken from `location.href`. */
const NOT_IN_AN_ADDRESS = /[\s\p{Cc}]/u;

/** What `wx.config` takes, beside `jsApiList` and `openTagList`. */
export interface JssdkSignature {
  appId: string;
  /** Unix seconds. */
  timestamp: number;
  nonceStr: string;
  signature: string;
}

/** Signs pages for WeChat's JS-SDK and its open tags. The ticket never leaves the server. */
@Injectable()
export class JssdkService {
  constructor(
    private readonly accounts: Accounts,
    private readonly tickets: TicketService,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: JssdkConfig,
  ) {}

  /**
   * For one address: WeChat ties the permission to it, so a single-page app asks after every change of route.
   * @param asked `url` as `location.href` has it, at most 2,048 characters; a fragment is removed
   * @throws {JssdkUrlRefusedError} its origin is not one of `jssdk.origins`
   * @throws {AccountKindError} a mini-program or a mobile app has no web pages
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link TokenUnavailableError}
   * {@link DatabaseError}
   */
  async sign(asked: { appId: string; url: string }): Promise<JssdkSignature> {
    const { appId, url: given } = validateInput(JssdkConfigDto, plainInput(asked));
    const { kind } = this.accounts.get(appId);
    if (kind === 'mini-program' || kind === 'mobile-app')
      throw new AccountKindError(
        `account "${appId}" is of kind ${kind}; the JS-SDK is for an official account`,
      );
    const url = this.checked(given);
    const { ticket } = await this.tickets.getTicket(appId);
    const timestamp = Math.floor(this.clock.now() / 1000);
    const nonceStr = this.random.alphanumeric(NONCE_LENGTH);
    return { appId, timestamp, nonceStr, signature: jssdkSignature({ ticket, nonceStr, timestamp, url }) };
  }

  /** As it came, since that is what the browser compares: only its origin is read by the parser. */
  private checked(given: string): string {
    const url = given.split('#', 1)[0];
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || NOT_IN_AN_ADDRESS.test(url) || parsed.username !== '' || parsed.password !== '')
      throw new JssdkUrlRefusedError('url is not the absolute address of a page');
    if (!this.config.origins.includes(parsed.origin))
      throw new JssdkUrlRefusedError('url is not of one of the origins that this service signs for');
    return url;
  }
}
