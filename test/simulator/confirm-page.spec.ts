import { closeSimulators, confirmUrl, MINI, MOBILE, OFFICIAL, startSimulator, TEMPLATE } from './support.js';

afterEach(closeSimulators);

/** The address a form of the page goes to, entities decoded as a browser would. */
function formTarget(html: string): string {
  return (/<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
}

async function openPage(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return response.text();
}

async function tapOnPage(url: string, fields: Record<string, string>): Promise<Response> {
  const target = formTarget(await openPage(url));
  return fetch(new URL(target, url), {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
}

describe('the page', () => {
  it.each([
    ['zh-CN', '确认', '取消'],
    ['en', 'Confirm', 'Cancel'],
  ])('asks in %s, with two buttons and nothing loaded from elsewhere', async (language, yes, no) => {
    const simulator = await startSimulator();
    const response = await fetch(confirmUrl(simulator), { headers: { 'accept-language': language } });
    const html = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain('width=device-width');
    expect(html).toMatch(new RegExp(`<button[^>]*value="confirm"[^>]*>${yes}<`));
    expect(html).toMatch(new RegExp(`<button[^>]*value="cancel"[^>]*>${no}<`));
    expect(html).toMatch(/<label for="person">.*<select id="person"/s);
    expect(html).toContain('1000');
    expect(html).not.toMatch(/<script|src="|@import|url\(/);
  });

  it('sends the browser back with the answer after confirm', async () => {
    const simulator = await startSimulator();
    const response = await tapOnPage(confirmUrl(simulator), { answer: 'confirm', person: 'xiaohong' });
    const openid = simulator.openid('xiaohong', OFFICIAL);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(
      `http://127.0.0.1:3000/weixin/callback?openid=${openid}&template_id=${TEMPLATE}&action=confirm&scene=1000&reserved=test`,
    );
    expect(simulator.grants(openid)).toMatchObject([
      { status: 'outstanding', scene: 1000, templateId: TEMPLATE },
    ]);
  });

  it('sends no openid at all after cancel', async () => {
    const simulator = await startSimulator();
    const response = await tapOnPage(confirmUrl(simulator), { answer: 'cancel', person: 'xiaohong' });
    expect(response.headers.get('location')).toBe(
      `http://127.0.0.1:3000/weixin/callback?template_id=${TEMPLATE}&action=cancel&scene=1000&reserved=test`,
    );
    expect(simulator.grants()).toEqual([]);
  });

  it('echoes no reserved when none was sent', async () => {
    const simulator = await startSimulator();
    for (const reserved of [undefined, '']) {
      const response = await tapOnPage(confirmUrl(simulator, { reserved }), {
        answer: 'confirm',
        person: 'xiaoming',
      });
      expect(response.headers.get('location')).toMatch(/&scene=1000$/);
    }
  });

  it('lets one choose who one is: query, then cookie, then the first', async () => {
    const simulator = await startSimulator();
    const selected = (html: string) => /<option value="([^"]*)" selected>/.exec(html)?.[1];
    expect(selected(await openPage(confirmUrl(simulator)))).toBe('xiaoming');
    expect(
      selected(await openPage(confirmUrl(simulator), { cookie: 'weixin_simulator_person=laowang' })),
    ).toBe('laowang');
    expect(selected(await openPage(confirmUrl(simulator), { cookie: 'weixin_simulator_person=%' }))).toBe(
      'xiaoming',
    );
    const asked = await fetch(confirmUrl(simulator, { person: 'xiaohong' }), {
      headers: { cookie: 'weixin_simulator_person=laowang' },
    });
    expect(selected(await asked.text())).toBe('xiaohong');
    expect(asked.headers.get('set-cookie')).toMatch(
      /^weixin_simulator_person=xiaohong; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('asks again when the form is not one of its own', async () => {
    const simulator = await startSimulator();
    for (const fields of [
      { answer: 'confirm', person: 'nobody' },
      { answer: 'maybe', person: 'xiaoming' },
      {},
    ]) {
      const response = await tapOnPage(confirmUrl(simulator), fields as Record<string, string>);
      expect(response.status).toBe(200);
    }
    expect(simulator.grants()).toEqual([]);
    expect((await fetch(confirmUrl(simulator), { method: 'PUT' })).status).toBe(405);
  });

  it('understands the parameters in any order and in either case of encoding', async () => {
    const simulator = await startSimulator();
    const query = `action=get_confirm&scene=1000&template_id=${TEMPLATE}&reserved=test&appid=${OFFICIAL}&redirect_url=http%3a%2f%2fsupport.qq.com`;
    const response = await tapOnPage(`${simulator.url}/mp/subscribemsg?${query}`, {
      answer: 'cancel',
      person: 'xiaoming',
    });
    expect(response.headers.get('location')).toMatch(/^http:\/\/support\.qq\.com\/\?template_id=/);
  });

  it('shows hostile text as text', async () => {
    const hostile = '"><script>alert(1)</script>';
    const simulator = await startSimulator({ people: [`${hostile}`, 'b'] });
    simulator.updateAccount(OFFICIAL, { name: hostile });
    const pages = [
      await openPage(confirmUrl(simulator, { redirect_url: `http://127.0.0.1/?q=${hostile}` })),
      await openPage(confirmUrl(simulator, { redirect_url: `http://127.0.0.1.evil${hostile}` })),
      await openPage(confirmUrl(simulator, { reserved: hostile })),
      await openPage(confirmUrl(simulator, { appid: hostile })),
      await openPage(confirmUrl(simulator, { [hostile]: hostile })),
    ];
    for (const html of pages) expect(html).not.toContain('<script');
    expect(pages[0]).toContain('&lt;script&gt;');
  });
});

describe('instead of the page, and never with a redirect', () => {
  it.each<[string, string, Record<string, string | undefined>]>([
    ['action missing', '应用访问参数错误', { action: undefined }],
    ['action unknown', '应用访问参数错误', { action: 'get_confirmed' }],
    ['appid missing', '应用访问参数错误', { appid: undefined }],
    ['appid unknown', '应用访问参数错误', { appid: 'wx0000000000000000' }],
    ['appid of a mini-program', '应用访问参数错误', { appid: MINI }],
    ['appid of a mobile app', '应用访问参数错误', { appid: MOBILE }],
    ['scene missing', '应用访问参数错误', { scene: undefined }],
    ['scene negative', '应用访问参数错误', { scene: '-1' }],
    ['scene too large', '应用访问参数错误', { scene: '10001' }],
    ['scene a fraction', '应用访问参数错误', { scene: '1.5' }],
    ['scene a word', '应用访问参数错误', { scene: 'abc' }],
    ['reserved too long', '应用访问参数错误', { reserved: 'a'.repeat(129) }],
    ['reserved with a dash', '应用访问参数错误', { reserved: 'a-b' }],
    ['template missing', '应用访问参数错误', { template_id: undefined }],
    ['template of nobody', '应用访问参数错误', { template_id: 'x' }],
    ['template of another kind', '模板出错', { template_id: 'notice' }],
    ['redirect missing', '应用访问参数错误', { redirect_url: undefined }],
    [
      'redirect_uri instead',
      '应用访问参数错误',
      { redirect_url: undefined, redirect_uri: 'http://127.0.0.1/' },
    ],
    ['another host', '应用跳转的域名非法', { redirect_url: 'https://example.com/' }],
    ['a host that only ends alike', '应用跳转的域名非法', { redirect_url: 'https://evil-support.qq.com/' }],
    [
      'the right host as a user name',
      '应用跳转的域名非法',
      { redirect_url: 'https://127.0.0.1@example.com/' },
    ],
    ['encoded twice', '应用跳转的域名非法', { redirect_url: 'http%3A%2F%2F127.0.0.1%2F' }],
    ['a path only', '应用跳转的域名非法', { redirect_url: '/callback' }],
    ['a script', '应用跳转的域名非法', { redirect_url: 'javascript:alert(1)' }],
  ])('%s: %s', async (_name, text, fields) => {
    const simulator = await startSimulator();
    simulator.updateAccount(OFFICIAL, { otherTemplates: ['notice'] });
    const url = confirmUrl(simulator, fields);
    expect(await openPage(url)).toContain(`<h1>${text}</h1>`);
    const body = new URLSearchParams({ answer: 'confirm', person: 'xiaoming' });
    const posted = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    expect(posted.headers.get('location')).toBeNull();
    expect(simulator.grants()).toEqual([]);
    expect(() => simulator.tap(url, { answer: 'confirm' })).toThrow(text);
  });

  it.each([{ unauthorized: true }, { banned: true }, { limited: true }])(
    'an account with %j',
    async (patch) => {
      const simulator = await startSimulator();
      simulator.updateAccount(OFFICIAL, patch);
      expect(await openPage(confirmUrl(simulator))).toContain('应用访问参数错误');
    },
  );

  it.each(['0', '10000'])('but scene %s is fine', async (scene) => {
    const simulator = await startSimulator();
    expect(simulator.tap(confirmUrl(simulator, { scene }), { answer: 'confirm' }).scene).toBe(Number(scene));
  });
});

describe('where the browser goes (row 30)', () => {
  const query = (openid: string) =>
    `openid=${openid}&template_id=${TEMPLATE}&action=confirm&scene=1000&reserved=test`;

  it.each([
    ['http://127.0.0.1', 'http://127.0.0.1/?{query}'],
    ['http://127.0.0.1:3000/a/b', 'http://127.0.0.1:3000/a/b?{query}'],
    ['http://127.0.0.1/a?x=1&y=%20', 'http://127.0.0.1/a?x=1&y=%20&{query}'],
    ['http://127.0.0.1/a?', 'http://127.0.0.1/a?{query}'],
    ['http://127.0.0.1/a?x=1&', 'http://127.0.0.1/a?x=1&{query}'],
    ['http://127.0.0.1/#/page?tab=1', 'http://127.0.0.1/?{query}#/page?tab=1'],
    ['http://127.0.0.1?x=1#top', 'http://127.0.0.1/?x=1&{query}#top'],
    ['HTTP://LOCALHOST/A', 'HTTP://LOCALHOST/A?{query}'],
  ])('%s', async (redirectUrl, expected) => {
    const simulator = await startSimulator();
    const answer = simulator.tap(confirmUrl(simulator, { redirect_url: redirectUrl }), { answer: 'confirm' });
    expect(answer.redirectTo).toBe(
      expected.replace('{query}', query(simulator.openid('xiaoming', OFFICIAL))),
    );
  });

  it.each([
    ['http://127.0.0.1/a', 'http://127.0.0.1/a/?'],
    ['http://127.0.0.1/a/', 'http://127.0.0.1/a/?'],
  ])('%s with the documented slash', async (redirectUrl, expected) => {
    const simulator = await startSimulator({ documentedSlash: true });
    const answer = simulator.tap(confirmUrl(simulator, { redirect_url: redirectUrl }), {
      answer: 'cancel',
      person: 'laowang',
    });
    expect(answer.redirectTo?.startsWith(`${expected}template_id=`)).toBe(true);
  });

  it('wants the fragment #wechat_redirect on the address that is opened', async () => {
    const simulator = await startSimulator();
    const url = confirmUrl(simulator).replace('#wechat_redirect', '');
    expect(() => simulator.tap(url, { answer: 'confirm' })).toThrow('must end in #wechat_redirect');
  });
});
