import 'reflect-metadata';
import type { MessageContent } from '../ledger/message.types.js';
import { oneTimeChannel } from './one-time.channel.js';

const SHARED = { appId: 'wxaba38c7f163da69b', templateId: 'TEMPLATE' };
const PLAIN: MessageContent = { title: '上课提醒 🎓', content: { value: '8:50\n教室 "A"\\' } };
const FULL: MessageContent = {
  title: 'T',
  content: { value: 'V', color: '#173177' },
  url: 'https://example.com/?a=1&b="2"',
  miniprogram: { appId: 'wx1', pagepath: 'pages/index?x=1' },
};

describe('the body of a one-time message', () => {
  it('has every field that is given, in the order of the documentation', () => {
    const text = oneTimeChannel.body({ ...SHARED, content: FULL })({ openid: 'OPENID', scene: 1000 });
    expect(text).toBe(
      JSON.stringify({
        touser: 'OPENID',
        template_id: 'TEMPLATE',
        url: FULL.url,
        miniprogram: { appid: 'wx1', pagepath: 'pages/index?x=1' },
        scene: '1000',
        title: 'T',
        data: { content: { value: 'V', color: '#173177' } },
      }),
    );
  });

  it('has no field that is not given, and its characters as they are', () => {
    const text = oneTimeChannel.body({ ...SHARED, content: PLAIN })({ openid: 'OPENID', scene: 0 });
    expect(text).toBe(
      '{"touser":"OPENID","template_id":"TEMPLATE","scene":"0","title":"上课提醒 🎓","data":{"content":{"value":"8:50\\n教室 \\"A\\"\\\\"}}}',
    );
  });

  it('is made for each recipient, whatever the openid is made of', () => {
    const body = oneTimeChannel.body({ ...SHARED, content: PLAIN });
    const recipients = [
      { openid: 'one', scene: 1 },
      { openid: '"},{"touser":"x\\\n', scene: 2 },
      { openid: 'one', scene: 3 },
    ];
    const read = recipients.map((recipient) => JSON.parse(body(recipient)));
    expect(read.map(({ touser, scene }) => ({ openid: touser, scene: Number(scene) }))).toEqual(recipients);
    expect(new Set(read.map(({ touser, scene, ...rest }) => JSON.stringify(rest))).size).toBe(1);
  });
});
