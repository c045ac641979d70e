import request from 'supertest';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, tap } from '../support/flows.js';

describe.each(ADAPTERS)('a person who can not be served, on %s', (adapter) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ adapter });
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
});
