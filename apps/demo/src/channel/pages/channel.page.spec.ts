import { CHANNELS } from '../channel.catalog.js';
import type { ChannelView } from '../channel.types.js';
import { renderChannelPage } from './channel.page.js';

const HOSTILE = `"'><script>alert(1)</script>`;
const at = new Date('2026-11-20T00:50:00Z');
const [MINI, NOTICE, FORM] = CHANNELS;

function page(given: Partial<ChannelView> = {}): string {
  return renderChannelPage({
    channel: MINI,
    account: { appId: 'wx1', templateIds: ['T1'], takesPushes: true },
    templateId: 'T1',
    templates: [{ id: 'T1', title: '上课提醒' }],
    people: [{ openid: 'o1', name: 'xiaoming' }],
    person: { openid: 'o1', name: 'xiaoming' },
    available: 1,
    grants: [],
    pushes: [],
    keywords: [{ key: 'thing1', label: '课程', value: '高等数学', errors: [] }],
    otherErrors: [],
    phone: { inboxUrl: 'http://127.0.0.1:4000/_simulator/inbox.html', inbox: [] },
    idempotencyKey: 'key',
    publicBaseUrl: 'http://127.0.0.1:3000',
    ...given,
  });
}

function grant(given: object = {}) {
  const key = { appId: 'wx1', openid: 'o1', templateId: 'T1', scene: 0, channel: 'mini-subscribe' };
  return { ...key, id: 'g1', status: 'available', source: 'push:e1:0', grantedAt: at, ...given } as never;
}

describe('the page of a channel', () => {
  it.each(CHANNELS.map((channel) => [channel.name, channel] as const))(
    'shows hostile text as text, wherever it comes from: %s',
    (_name, channel) => {
      const error = { field: HOSTILE, message: HOSTILE };
      const html = page({
        channel,
        account: { appId: HOSTILE, templateIds: [HOSTILE, 'T2'], takesPushes: false },
        templateId: HOSTILE,
        templates: [{ id: HOSTILE, title: HOSTILE }, { id: 'T2' }],
        people: [{ openid: HOSTILE, name: HOSTILE }],
        person: { openid: HOSTILE, name: HOSTILE },
        grants: [grant({ source: HOSTILE })],
        pushes: [{ name: HOSTILE, status: 'done', receivedAt: at } as never],
        keywords: [{ key: HOSTILE, label: HOSTILE, value: HOSTILE, errors: [error] }],
        otherErrors: [error],
        phone: {
          inboxUrl: HOSTILE,
          inbox: [{ title: HOSTILE, lines: [{ label: HOSTILE, value: HOSTILE }], receivedAt: at }],
        },
        idempotencyKey: HOSTILE,
        publicBaseUrl: HOSTILE,
      });
      expect(html).not.toContain('<script');
      expect(html).not.toContain(`"'>`);
      expect(html).toContain('&lt;script&gt;');
    },
  );

  it.each([
    [true, '前端上报和微信的签名推送（安全模式）'],
    [false, '前端上报的结果'],
  ] as const)('says what records the accepts; takes pushes: %s', (takesPushes, says) => {
    expect(page({ account: { appId: 'wx1', templateIds: ['T1'], takesPushes } })).toContain(says);
  });

  it.each([
    ['push:e1:0', '签名推送'],
    ['intent:i1', '前端上报'],
    ['form-id:wx1:f1', '表单'],
    ['prepay-id:wx1:p1#1', '支付'],
    ['import:7', 'import:7'],
  ])('says who told the ledger: %s', (source, says) => {
    expect(page({ grants: [grant({ source })] })).toContain(`<span class="tag">${says}</span>`);
  });

  it('says that both reports of an accept came', () => {
    const text = page({ grants: [grant({ source: 'intent:i1', pairedSource: 'push:e1:0' })] });
    expect(text).toMatch(/class="tag">前端上报<.*class="tag">签名推送</);
  });

  it.each([
    [MINI, ['accept', 'reject', 'switch-off', 'switch-on']],
    [NOTICE, ['accept', 'reject', 'switch-off', 'switch-on']],
    [FORM, ['submit', 'pay']],
  ])('offers with the simulator what a person can do', (channel, does) => {
    const actions = [...page({ channel }).matchAll(/\/client\/([\w-]+)#grants"/g)].map(
      ([, action]) => action,
    );
    expect(actions).toEqual(does);
    expect(page({ channel, phone: undefined })).not.toContain('/client/');
  });

  it.each([
    [MINI, 'wx.requestSubscribeMessage({'],
    [NOTICE, '&lt;wx-open-subscribe id=&quot;ask&quot; template=&quot;T1&quot;&gt;'],
    [FORM, '&lt;form report-submit'],
  ])('shows without it what a front end holds', (channel, code) => {
    const html = page({ channel, phone: undefined });
    expect(html).toContain(code);
    expect(html).toMatch(/<details open><summary>真实前端的代码/);
    expect(html).toContain('只能在微信里点');
  });

  it('says of the retired channel alone that it is retired', () => {
    expect(CHANNELS.map((channel) => page({ channel }).includes('已下线 2020-01-10'))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('tells what is wrong beside the field, with what was filled in', () => {
    const errors = [{ field: 'data.thing1.value', message: 'data.thing1.value must be text' }];
    const html = page({ keywords: [{ key: 'thing1', label: '课程', value: '长', errors }] });
    expect(html).toMatch(/name="data\.thing1\.value" value="长"[^>]* aria-invalid="true"/);
    expect(html).toMatch(/id="thing1-wrong" role="alert">.*data\.thing1\.value must be text/s);
  });

  it('can do without an account, a person or a template', () => {
    expect(page({ account: undefined })).toContain(
      '&quot;channel&quot;: &quot;mini-subscribe&quot;'.replaceAll('&quot;', '"'),
    );
    expect(page({ people: [], person: undefined, phone: undefined })).toContain('还没有人授权');
    expect(page({ keywords: undefined })).toContain('拿不到模板');
  });
});
