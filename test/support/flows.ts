import type request from 'supertest';
import { MOBILE, OFFICIAL } from './accounts.js';
import { Browser } from './browser.js';
import type { TestApp } from './create-test-app.js';

export const OFFICIAL_KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
export const MOBILE_KEY = { appId: MOBILE.appId, templateId: MOBILE.templates[0] };

/** A browser that has been sent to WeChat's confirm page. */
export async function askInBrowser(host: TestApp, scene = 1000, returnTo = '/courses/1') {
  const browser = new Browser(host.url);
  const asked = await browser.get('/weixin/authorize', { ...OFFICIAL_KEY, scene, returnTo });
  return { browser, confirmUrl: String(asked.headers.location), asked };
}

/** The person taps, and the browser is at our callback. */
export function tap(
  host: TestApp,
  confirmUrl: string,
  answer: 'confirm' | 'cancel' = 'confirm',
  person = 'xiaoming',
): string {
  const { redirectTo } = host.simulator.tap(confirmUrl, { answer, person });
  const { pathname, search } = new URL(String(redirectTo));
  return pathname + search;
}

/** The whole way: ask, tap, come back. */
export async function subscribe(
  host: TestApp,
  scene = 1000,
  person = 'xiaoming',
): Promise<{ openid: string; back: request.Response }> {
  const { browser, confirmUrl } = await askInBrowser(host, scene);
  const back = await browser.get(tap(host, confirmUrl, 'confirm', person));
  return { openid: host.simulator.openid(person, OFFICIAL.appId), back };
}

export function message(openid: string, scene = 1000) {
  return {
    ...OFFICIAL_KEY,
    openid,
    scene,
    title: '上课提醒',
    content: { value: '高等数学 8:50 开始\n教室 A-301', color: '#173177' },
    url: 'https://example.com/courses/1',
  };
}
