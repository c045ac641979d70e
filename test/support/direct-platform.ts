import type {
  WeixinHttpRequest,
  WeixinHttpResponse,
  WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import { resolveConfig } from '../../libs/weixin-simulator/src/config/resolve-config.js';
import { AnswerWriter } from '../../libs/weixin-simulator/src/http/answer.js';
import {
  getCardEndpoint,
  setCardEndpoint,
  setCardExtEndpoint,
} from '../../libs/weixin-simulator/src/http/card.endpoints.js';
import type { Endpoint } from '../../libs/weixin-simulator/src/http/endpoint.js';
import { sendEndpoint } from '../../libs/weixin-simulator/src/http/send.endpoint.js';
import { tokenEndpoint } from '../../libs/weixin-simulator/src/http/token.endpoints.js';
import {
  CARD_API,
  CARD_EXT_API,
  CARD_QUERY_API,
  SEND_API,
  TOKEN_API,
} from '../../libs/weixin-simulator/src/platform/api-catalog.js';
import { Platform } from '../../libs/weixin-simulator/src/platform/platform.js';
import { LocalControl } from '../simulator/in-process.js';
import { simulatorAccounts } from './accounts.js';

const ENDPOINTS: Record<string, Endpoint> = {
  [TOKEN_API]: tokenEndpoint,
  [SEND_API]: sendEndpoint,
  [CARD_API]: setCardEndpoint,
  [CARD_EXT_API]: setCardExtEndpoint,
  [CARD_QUERY_API]: getCardEndpoint,
};

/**
 * The simulator's own platform and endpoints, called as functions: no HTTP, so that a test can make a hundred
 * thousand sends.
 */
export class DirectPlatform {
  readonly control: LocalControl;
  private readonly platform: Platform;
  private readonly write: AnswerWriter;
  private readonly closing = new AbortController().signal;

  constructor(people: string[], startAt: number, accounts = simulatorAccounts()) {
    this.platform = new Platform(resolveConfig({ accounts, people, clock: { startAt, frozen: true } }));
    this.control = new LocalControl(this.platform);
    this.write = new AnswerWriter(this.platform.clock, this.platform.random);
  }

  call({ method, path, query, body = '' }: WeixinHttpRequest): WeixinHttpResponse {
    const context = { platform: this.platform, write: this.write, closing: this.closing };
    const called = { method, path, query, rawBody: Buffer.from(body), json: undefined };
    const from = {
      search: '',
      wechatmp: { appId: '', timestamp: '', signature: '' },
      host: '',
      cookies: '',
      language: 'zh' as const,
      ip: '127.0.0.1',
      localIp: '127.0.0.1',
      referer: '',
      overlapping: false,
    };
    return ENDPOINTS[path]({ ...called, ...from, appId: null, openid: null, overlapKey: null }, context);
  }

  /** Everybody's permissions, messages and cards are gone; tokens and time go on. */
  forgetPeople(): void {
    this.platform.grants.reset();
    this.platform.inbox.reset();
    this.platform.cards.reset();
  }
}

/** A host that never calls: its transport is replaced. */
export const UNREACHED: Partial<WeixinSubscribeModuleOptions> = {
  apiBaseUrl: 'http://127.0.0.1:9',
  mpBaseUrl: 'http://127.0.0.1:9',
};
