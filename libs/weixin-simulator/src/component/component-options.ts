import { FieldReader } from '../common/field-reader.js';

/** A third-party platform (第三方平台) that accounts can authorise. */
export interface ComponentOptions {
  appId: string;
  appSecret: string;
  /** Where tickets and authorisations are pushed (授权事件接收配置). */
  eventUrl: string;
  /** Where messages of authorizers are pushed (消息与事件接收配置); `$APPID$` stands for theirs. @default none */
  messageUrl?: string;
  /** The one Token of all its pushes, 3–32 letters or digits. */
  token: string;
  /** Its key, 43 letters or digits: there is safe mode only. */
  encodingAesKey: string;
  /** Hosts of the page that leads there, and of `redirect_uri`. @default localhost, 127.0.0.1 */
  startHosts?: string[];
  /** Hosts that OAuth on behalf of its accounts may lead back to (公众号开发域名). @default localhost, 127.0.0.1 */
  oauthDomains?: string[];
  /** Addresses that may call for it; another one gets 61004. `null`: every address. @default null */
  ipWhitelist?: string[] | null;
  /** Whether a refresh answers the refresh token it came with, or a new one (row 48). @default 'same' */
  refreshToken?: 'same' | 'new';
  /** With `new`: whether the refresh token before it goes on working (row 48). @default false */
  olderRefreshTokenWorks?: boolean;
  /** Whether a refresh ends the authorizer_access_token before it (row 49). @default false */
  refreshEndsToken?: boolean;
  /** How many accounts its list of authorizers answers at most, whatever is asked for. @default 500 */
  mostListed?: number;
}

export interface ComponentConfig extends Required<Omit<ComponentOptions, 'messageUrl'>> {
  messageUrl: string | null;
}

const FIELDS = [
  ...['appId', 'appSecret', 'eventUrl', 'messageUrl', 'token', 'encodingAesKey', 'startHosts'],
  ...['ipWhitelist', 'refreshToken', 'olderRefreshTokenWorks', 'refreshEndsToken'],
  ...['mostListed', 'oauthDomains'],
];
const ADDRESS = /^https?:\/\/./;

export function readComponent(item: unknown, path: string): ComponentConfig {
  const fields = new FieldReader(item, path).onlyKnown(FIELDS);
  return {
    appId: fields.requiredText('appId', /^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _'),
    appSecret: fields.requiredText('appSecret'),
    eventUrl: fields.requiredText('eventUrl', ADDRESS, 'must be an http or https address'),
    messageUrl: fields.text('messageUrl', ADDRESS, 'must be an http or https address') ?? null,
    token: fields.requiredText('token', /^[0-9a-zA-Z]{3,32}$/, 'must be 3 to 32 letters or digits'),
    encodingAesKey: fields.requiredText(
      'encodingAesKey',
      /^[0-9a-zA-Z]{43}$/,
      'must be 43 letters or digits',
    ),
    startHosts: fields.texts('startHosts') ?? ['localhost', '127.0.0.1'],
    oauthDomains: fields.texts('oauthDomains') ?? ['localhost', '127.0.0.1'],
    ipWhitelist: fields.texts('ipWhitelist') ?? null,
    refreshToken: fields.oneOf('refreshToken', ['same', 'new'] as const) ?? 'same',
    olderRefreshTokenWorks: fields.flag('olderRefreshTokenWorks') ?? false,
    refreshEndsToken: fields.flag('refreshEndsToken') ?? false,
    mostListed: fields.integer('mostListed', 1, 500) ?? 500,
  };
}
