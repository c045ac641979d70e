import { SAMPLES } from 'weixin-simulator';
import { closeSimulators, fetchToken, MINI, messageTo, OFFICIAL, send, startSimulator } from './support.js';

afterEach(closeSimulators);

async function inboxWith(...messages: { person: string; fields?: object }[]) {
  const simulator = await startSimulator();
  const token = await fetchToken(simulator);
  for (const { person, fields } of messages) {
    const openid = simulator.openid(person, OFFICIAL);
    simulator.confirm({ openid, scene: 1000 });
    expect((await send(simulator, token, messageTo(openid, fields))).errcode).toBe(0);
  }
  const open = async (query = '') => (await fetch(`${simulator.url}/_simulator/inbox.html${query}`)).text();
  return { simulator, open };
}

it('says so when nothing has arrived', async () => {
  const { open } = await inboxWith();
  expect(await open()).toContain('还没有消息');
});

it('shows a card with title, coloured text, line breaks and jump target', async () => {
  const { open } = await inboxWith({ person: 'xiaoming', fields: { url: 'https://example.com/x?a=1&b=2' } });
  const html = await open();
  expect(html).toContain('<h2>上课提醒</h2>');
  expect(html).toContain('<p class="text" style="color:#FF0000">第一行\n第二行</p>');
  expect(html).toMatch(/\.text \{ white-space: pre-wrap/);
  expect(html).toContain('<a href="https://example.com/x?a=1&amp;b=2" rel="noopener noreferrer">');
  expect(html).toContain('2026-10-07 12:00');
});

it('jumps to the mini-program first, and nowhere when there is no target (§3.3)', async () => {
  const { open } = await inboxWith(
    {
      person: 'xiaoming',
      fields: { url: 'https://example.com/', miniprogram: { appid: MINI, pagepath: 'a?b=1' } },
    },
    { person: 'laowang' },
  );
  const html = await open('?person=xiaoming');
  expect(html.indexOf('打开小程序')).toBeGreaterThan(0);
  expect(html.indexOf('打开小程序')).toBeLessThan(html.indexOf('查看详情'));
  expect(html).toContain('a?b=1');
  expect(await open('?person=laowang')).not.toContain('<footer');
});

it('shows newest first, and one person when asked', async () => {
  const { open } = await inboxWith(
    { person: 'xiaoming', fields: { title: 'first' } },
    { person: 'laowang', fields: { title: 'second' } },
  );
  const html = await open();
  expect(html.indexOf('>second<')).toBeLessThan(html.indexOf('>first<'));
  expect(await open('?person=laowang')).not.toContain('>first<');
});

it('puts messages to followers into the chat', async () => {
  const { simulator } = await inboxWith({ person: 'xiaohong' }, { person: 'xiaoming' });
  expect(simulator.inbox().map((message) => message.place)).toEqual(['account-chat', 'service-notification']);
});

describe('is safe whatever a message contains', () => {
  it.each<[string, object]>([
    ['title', { title: '<script>1//' }],
    ['text', { data: { content: { value: '<script>alert(1)</script><img src=x onerror=alert(1)>' } } }],
    [
      'colour that breaks out of the style',
      { data: { content: { value: 'x', color: '#fff"><script>1</script>' } } },
    ],
    ['colour with more style', { data: { content: { value: 'x', color: 'red;background:url(//evil)' } } }],
    ['script address', { url: 'javascript:alert(1)//<script>' }],
    ['quoted address', { url: 'https://example.com/"onmouseover="alert(1)' }],
    ['data address', { url: 'data:text/html,<script>alert(1)</script>' }],
  ])('%s', async (_name, fields) => {
    const { open } = await inboxWith({ person: 'xiaoming', fields });
    const html = await open();
    expect(html).toContain('<article');
    expect(html).not.toMatch(/<script|<img|href="(javascript|data:text)|"onmouseover|url\(/i);
  });
});

describe('messages with keywords', () => {
  const { subscribeTemplateId, formTemplateId } = SAMPLES.miniProgram;

  async function inboxOfMini(...messages: { path: string; body: object }[]) {
    const simulator = await startSimulator();
    const openid = simulator.openid('xiaoming', MINI);
    const token = await fetchToken(simulator, MINI);
    for (const { path, body } of messages) {
      simulator.requestSubscribeMessage({ openid, answers: { [subscribeTemplateId]: 'accept' } });
      const { formId } = simulator.submitForm({ openid });
      const answer = await fetch(`${simulator.url}/cgi-bin/message/${path}?access_token=${token}`, {
        method: 'POST',
        body: JSON.stringify({ touser: openid, form_id: formId, ...body }),
      });
      expect(await answer.text()).toContain('"errcode":0');
    }
    return { simulator, html: await (await fetch(`${simulator.url}/_simulator/inbox.html`)).text() };
  }

  it('show the title of the template, each keyword, and the page a tap opens', async () => {
    const { simulator, html } = await inboxOfMini({
      path: 'subscribe/send',
      body: {
        ...{ template_id: subscribeTemplateId, page: 'pages/lesson?id=1&x=2', miniprogram_state: 'trial' },
        data: { thing1: { value: '<b>高等数学</b>' }, time2: { value: '15:01' } },
      },
    });
    expect(html).toContain('<h2>上课提醒</h2>');
    expect(html).toContain('<dt>课程</dt><dd>&lt;b&gt;高等数学&lt;/b&gt;</dd><dt>时间</dt><dd>15:01</dd>');
    expect(html).toContain('<code>pages/lesson?id=1&amp;x=2</code> · trial');
    expect(html).toContain(`mini-subscribe · 授权 g1 · msgid ${simulator.inbox()[0]?.msgId}`);
    expect(html).not.toContain('场景值');
  });

  it('show an enlarged keyword above the others, in its colour if it is one', async () => {
    const { html } = await inboxOfMini({
      path: 'wxopen/template/send',
      body: {
        ...{ template_id: formTemplateId, emphasis_keyword: 'keyword2.DATA' },
        data: {
          keyword1: { value: '高等数学', color: '#173177' },
          keyword2: { value: '15:01', color: 'red;background:url(//evil)' },
        },
      },
    });
    expect(html).toContain('<p class="emphasis"><small>时间</small><br><b>15:01</b></p>');
    expect(html).toContain('<dt>课程</dt><dd style="color:#173177">高等数学</dd>');
    expect(html.indexOf('15:01')).toBeLessThan(html.indexOf('高等数学'));
    expect(html).not.toContain('evil');
    expect(html).toContain('mini-template');
  });
});
