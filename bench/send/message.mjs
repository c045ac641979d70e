/** What every way sends: the same template message, each to another person. */
export const ACCOUNT = {
  appId: 'wxaba38c7f163da69b',
  appSecret: 'official-secret-5f1c0d7a9b3e',
  kind: 'official-account',
  templates: ['1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc'],
};
export const SCENE = 1000;
export const CONTENT = {
  title: '上课提醒',
  content: { value: '高等数学 8:50\n教室 A-301', color: '#173177' },
};
export const PATH = '/cgi-bin/message/template/subscribe';

export function openidOf(n) {
  return `oAyaTjt-xXvP87pubE4e${String(n).padStart(8, '0')}`;
}

/** As it goes over the wire. */
export function wireMessage(n) {
  return {
    touser: openidOf(n),
    template_id: ACCOUNT.templates[0],
    scene: String(SCENE),
    title: CONTENT.title,
    data: { content: CONTENT.content },
  };
}
