import http from 'node:http';
import { Injectable, Module } from '@nestjs/common';
import {
  OnWeixinEvent,
  type PushEvent,
  type PushOptions,
  type WeixinAccountOptions,
} from 'nestjs-weixin-subscribe';
import { signPush } from 'nestjs-weixin-subscribe/testing';
import { libraryAccounts, OFFICIAL } from './accounts.js';
import type { TestApp } from './create-test-app.js';

export const PUSH_TOKEN = 'pushtoken5f1c0d7a9b3e';
export const PUSH_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
export const SAFE: PushOptions = { token: PUSH_TOKEN, encodingAesKey: PUSH_KEY };
export const PLAIN: PushOptions = { token: PUSH_TOKEN };

/** The official account takes pushes, the mobile app does not. */
export function pushAccounts(push: PushOptions = SAFE): WeixinAccountOptions[] {
  return libraryAccounts().map((account) =>
    account.appId === OFFICIAL.appId ? { ...account, push } : account,
  );
}

/** Keeps what it hears, and throws as often as it is told to. */
@Injectable()
export class Received {
  readonly events: PushEvent[] = [];
  readonly sent: PushEvent<'subscribe_msg_sent_event'>[] = [];
  throws = 0;
  /** Calls wait for it. */
  gate: Promise<void> = Promise.resolve();

  @OnWeixinEvent('*')
  all(event: PushEvent): void {
    this.events.push(event);
  }

  @OnWeixinEvent(['subscribe_msg_sent_event', 'never'])
  async onSent(event: PushEvent<'subscribe_msg_sent_event'>): Promise<void> {
    await this.gate;
    if (this.throws > 0) {
      this.throws--;
      throw new Error(`no access_token=${PUSH_TOKEN} here`);
    }
    this.sent.push(event);
  }
}

@Module({ providers: [Received], exports: [Received] })
export class ReceivedModule {}

export interface SentFacts {
  openid?: string;
  createTime?: number;
  msgId?: string;
}

export const sentXml = ({
  openid = 'oXiaoming',
  createTime = 1763611200,
  msgId = '1864323726461255680',
}: SentFacts = {}) =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>
<CreateTime>${createTime}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe_msg_sent_event]]></Event>
<SubscribeMsgSentEvent><List><TemplateId><![CDATA[T1]]></TemplateId><MsgID>${msgId}</MsgID><ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus></List></SubscribeMsgSentEvent></xml>`;

export const popupXml = (openid: string, templateId: string, status: string, createTime = 1763611200) =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>
<CreateTime>${createTime}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe_msg_popup_event]]></Event>
<SubscribeMsgPopupEvent><List><TemplateId><![CDATA[${templateId}]]></TemplateId><SubscribeStatusString><![CDATA[${status}]]></SubscribeStatusString><PopupScene>0</PopupScene></List></SubscribeMsgPopupEvent></xml>`;

export interface Signing {
  token?: string;
  encodingAesKey?: string | null;
  appId?: string;
  /** Seconds between the clock of the host and the timestamp. */
  skew?: number;
  nonce?: string;
}

let nonces = 0;

/** As WeChat would at this moment of the host's clock. */
export function signed({ clock }: Pick<TestApp, 'clock'>, body: string, given: Signing = {}) {
  const { token = PUSH_TOKEN, encodingAesKey = PUSH_KEY, appId = OFFICIAL.appId, skew = 0 } = given;
  return signPush({
    appId,
    token,
    encodingAesKey: encodingAesKey ?? undefined,
    body,
    timestamp: clock.now() / 1000 + skew,
    nonce: given.nonce ?? String(++nonces),
  });
}

/** Without any header that we do not name. */
export async function post(
  url: string,
  query: Record<string, string>,
  body: string | Buffer,
  type: string | undefined = 'text/xml',
) {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = type === undefined || type === '' ? {} : { 'Content-Type': type };
    http
      .request(`${url}?${new URLSearchParams(query)}`, { method: 'POST', headers }, resolve)
      .on('error', reject)
      .end(body);
  });
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, headers: answer.headers, text };
}

export const endpointOf = ({ url }: Pick<TestApp, 'url'>, appId: string = OFFICIAL.appId) =>
  `${url}/weixin/push/${appId}`;

/** Signs and posts. */
export function push(host: TestApp, body: string, given: Signing & { type?: string } = {}) {
  const { query, body: sealed } = signed(host, body, given);
  return post(endpointOf(host, given.appId), query, sealed, given.type);
}
