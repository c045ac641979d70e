import type {
  ComponentOptions,
  WeixinAccountOptions,
  WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import type { WeixinSimulator } from 'weixin-simulator';
import { libraryAccounts, OFFICIAL, SERVICE_KEY } from './accounts.js';
import type { TestApp } from './create-test-app.js';

export const COMPONENT = {
  appId: 'wx134c8103faa5a59e',
  appSecret: 'component-secret-51c09a7e',
  token: 'ComponentToken7',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
} satisfies ComponentOptions;
export const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString('base64');

/** The official account authorises the platform; the others have their secrets. */
export const thirdPartyOptions = (
  more: Partial<WeixinSubscribeModuleOptions> = {},
): Partial<WeixinSubscribeModuleOptions> => ({
  accounts: libraryAccounts().map(
    ({ appSecret, ...account }): WeixinAccountOptions =>
      account.appId === OFFICIAL.appId
        ? { ...account, credential: { kind: 'authorizer' } }
        : { ...account, appSecret },
  ),
  component: COMPONENT,
  token: { encryption: { keys: [{ id: 'k1', key: ENCRYPTION_KEY }] } },
  ...more,
});

/** The page of the platform on open.weixin.qq.com: pushes come to this host. */
export function pushTo(simulator: WeixinSimulator, host: TestApp): void {
  const { appSecret, token, encodingAesKey } = COMPONENT;
  simulator.updateComponent({
    ...{ appSecret, token, encodingAesKey },
    eventUrl: `${host.url}/weixin/component/events`,
    messageUrl: `${host.url}/weixin/push/$APPID$`,
  });
}

/** What an operator of the platform asks for: addresses of the authorisation page. */
export async function authorizationLinks(host: TestApp): Promise<{ url: string; mobileUrl: string }> {
  const response = await fetch(`${host.url}/weixin/component/authorizations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as { url: string; mobileUrl: string };
}
