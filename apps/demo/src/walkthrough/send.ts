import type { GrantKey } from './grant-key.js';
import { json, type Stage, withQuery } from './stage.js';

const TITLE = '上课提醒';

/** The endpoint for other services: one message, which then lies in the person's inbox. */
export async function sendReminder(stage: Stage, grantKey: GrantKey & { openid: string }): Promise<void> {
  const { world, report, service } = stage;
  const sent = await service.postJson(`${world.url}/weixin/messages`, reminder(world.url, grantKey));
  report.check(sent, { status: 201, holds: json(sent).status === 'sent', says: 'status: sent' });

  const inbox = await service.get(
    withQuery(world.simulatorUrl, '/_simulator/inbox', { openid: grantKey.openid }),
  );
  const cards = JSON.parse(inbox.text) as { title?: string }[];
  report.check(inbox, {
    status: 200,
    holds: cards.length === 1 && cards[0].title === TITLE,
    says: `one card in the Service Notifications of ${world.person}: ${TITLE}`,
  });
}

/** What was sent once is not sent twice. */
export async function sendAgain(
  { world, report, service }: Stage,
  grantKey: GrantKey & { openid: string },
): Promise<void> {
  const second = await service.postJson(`${world.url}/weixin/messages`, reminder(world.url, grantKey));
  report.check(second, {
    status: 409,
    holds: json(second).code === 'WEIXIN_NO_GRANT',
    says: `${json(second).code}: ${json(second).remedy}`,
  });
}

/** What the person is told. */
export function reminder(demo: string, grantKey: GrantKey & { openid: string }) {
  return {
    ...grantKey,
    title: TITLE,
    content: { value: '高等数学 8:50 开始\n教室 A-301', color: '#173177' },
    url: `${demo}/courses/${grantKey.scene}`,
  };
}
