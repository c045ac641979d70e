import request from 'supertest';
import { OFFICIAL } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, tap } from '../support/flows.js';

describe.each(ADAPTERS)('a person who can not be served, on %s', (adapter) => {
  const logger = new CaptureLogger();
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ adapter, logger });
  });
  afterAll(() => host?.close());

  it('reads a page in a browser, a problem document elsewhere, with the same status', async () => {
    const { browser, confirmUrl } = await askInBrowser(host);
    const callback = tap(host, confirmUrl);
    host.clock.advance(601_000);
    const document = await browser.get(callback);
    expect([document.status, document.type, document.body.code]).toEqual([
      410,
      'application/problem+json',
      'WEIXIN_STATE_EXPIRED',
    ]);
    const page = await request(host.url)
      .get(callback)
      .set('Accept', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8');
    expect([page.status, page.type]).toEqual([403, 'text/html']);
    expect(page.text).toContain('返回后重新点击订阅');
    expect(page.text).not.toContain(String(new URL(confirmUrl).searchParams.get('reserved')));
  });

  it('reads its own language first, and Chinese where the browser names none of the two', async () => {
    for (const [languages, lang, title] of [
      ['en-GB,en;q=0.9,zh;q=0.8', 'en', 'The subscription could not be completed'],
      ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN', '无法完成订阅'],
      ['fr', 'zh-CN', '无法完成订阅'],
    ]) {
      const headers = { Accept: 'text/html', 'Accept-Language': languages };
      const { text } = await request(host.url).get('/weixin/callback').set(headers);
      expect(text).toContain(`<html lang="${lang}">`);
      expect(text).toContain(`<h1>${title}</h1>`);
      for (const words of ['This page could not be opened', '页面无法打开']) expect(text).toContain(words);
    }
  });

  it('leaves in the log that a browser asked elsewhere than where it will come back to', async () => {
    const asked = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1, returnTo: '/' };
    await request(host.url).get('/weixin/authorize').query(asked).set('Host', 'localhost:3001');
    const line = 'A browser asked at localhost:3001, but publicBaseUrl is http://127.0.0.1:3000';
    expect(logger.lines).toContainEqual(expect.stringContaining(line));
  });

  it('leaves in the log what the page does not say', async () => {
    const page = await request(host.url)
      .get('/weixin/authorize')
      .query({ appId: OFFICIAL.appId, templateId: 'anotherTemplate', scene: 1, returnTo: '/' })
      .set('Accept', 'text/html');
    expect([page.status, page.text.includes('another')]).toEqual([404, false]);
    const line = expect.stringMatching(/WEIXIN_UNKNOWN_TEMPLATE shown as a page: .*anotherTemplate/);
    expect(logger.lines).toContainEqual(line);
  });
});
