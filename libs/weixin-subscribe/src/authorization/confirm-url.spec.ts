import fc from 'fast-check';
import { confirmUrl } from './confirm-url.js';

/** The sample of the official page (docs/platform.md §1.1). */
const SAMPLE = {
  mpBaseUrl: 'https://mp.weixin.qq.com',
  appId: 'wxaba38c7f163da69b',
  scene: 1000,
  templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
  redirectUrl: 'http://support.qq.com',
  state: 'test',
};

describe('the address of the confirm page', () => {
  it('is the documented one for the official sample', () => {
    expect(confirmUrl(SAMPLE)).toBe(
      'https://mp.weixin.qq.com/mp/subscribemsg?action=get_confirm&appid=wxaba38c7f163da69b&scene=1000&template_id=1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc&redirect_url=http%3A%2F%2Fsupport.qq.com&reserved=test#wechat_redirect',
    );
  });

  it('says the same as the text of the page, where the escapes are in small letters', () => {
    const documented =
      'https://mp.weixin.qq.com/mp/subscribemsg?action=get_confirm&appid=wxaba38c7f163da69b&scene=1000&template_id=1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc&redirect_url=http%3a%2f%2fsupport.qq.com&reserved=test#wechat_redirect';
    expect(confirmUrl(SAMPLE).toLowerCase()).toBe(documented.toLowerCase());
  });

  it('encodes the redirect address exactly once, whatever is in it', () => {
    const redirectUrl = 'https://host.example/课程?a=1&b=%2F#part';
    const url = new URL(confirmUrl({ ...SAMPLE, redirectUrl }));
    expect(url.searchParams.get('redirect_url')).toBe(redirectUrl);
    expect(url.hash).toBe('#wechat_redirect');
  });

  it('carries every value back unchanged and keeps the fragment at the very end', () => {
    const identifier = fc.stringMatching(/^[\w-]{1,64}$/);
    fc.assert(
      fc.property(
        identifier,
        identifier,
        fc.integer({ min: 0, max: 10_000 }),
        fc.webUrl(),
        (appId, templateId, scene, redirectUrl) => {
          const address = confirmUrl({ ...SAMPLE, appId, templateId, scene, redirectUrl });
          const url = new URL(address);
          expect([...url.searchParams]).toEqual([
            ['action', 'get_confirm'],
            ['appid', appId],
            ['scene', String(scene)],
            ['template_id', templateId],
            ['redirect_url', redirectUrl],
            ['reserved', 'test'],
          ]);
          expect(address.endsWith('#wechat_redirect')).toBe(true);
        },
      ),
    );
  });
});
