import { createHash } from 'node:crypto';
import { FieldReader } from '../common/field-reader.js';
import type { Platform } from '../platform/platform.js';

/** What a page gives `wx.config`, and the address it has. */
export interface WxConfigOptions {
  appId: string;
  timestamp: number | string;
  nonceStr: string;
  signature: string;
  /** `location.href` of the page; what follows a `#` does not count. */
  url: string;
}

export interface WxConfigResult {
  errMsg: 'config:ok' | 'config:invalid signature' | 'config:invalid url domain';
}

/** What the client answers to `wx.config`. Row 44. */
export function checkWxConfig(platform: Platform, options: WxConfigOptions): WxConfigResult {
  const fields = new FieldReader(options, 'config').onlyKnown([
    ...['appId', 'timestamp', 'nonceStr', 'signature', 'url'],
  ]);
  const account = platform.accounts.get(fields.requiredText('appId'));
  const [page = ''] = fields.requiredText('url').split('#');
  const address = URL.canParse(page) ? new URL(page) : fields.fail('url', 'must be an absolute address');
  if (!account.jsDomains.includes(address.hostname)) return { errMsg: 'config:invalid url domain' };
  const nonce = fields.requiredText('nonceStr');
  const values = (ticket: string) =>
    Object.entries({ jsapi_ticket: ticket, noncestr: nonce, timestamp: fields.raw('timestamp'), url: page });
  const isSigned = platform.tickets.valid(account.appId).some((ticket) => {
    const text = values(ticket)
      .map((pair) => pair.join('='))
      .join('&');
    return createHash('sha1').update(text).digest('hex') === fields.raw('signature');
  });
  return { errMsg: isSigned ? 'config:ok' : 'config:invalid signature' };
}
