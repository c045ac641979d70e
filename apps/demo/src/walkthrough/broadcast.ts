import { SAMPLES } from 'weixin-simulator';
import { courseAt } from '../course/course.catalog.js';
import { reminderOf } from '../course/reminder.content.js';
import { ChannelVisitor } from './channel-visitor.js';
import { grantKeyFor } from './grant-key.js';
import { json, type Stage, withQuery } from './stage.js';

const CLASS = 40;
const { appId, subscribeTemplateId: templateId } = SAMPLES.miniProgram;

/** A class has asked; one call reminds everybody, and its progress is followed until it is over. */
export async function remindClass({ world, report, service }: Stage, course: number): Promise<void> {
  await world.classAsks(course, CLASS);
  const broadcasts = `${world.url}/weixin/broadcasts`;
  const body = {
    ...grantKeyFor(world.official, course),
    ...reminderOf(courseAt(String(course)), world.url),
  };

  const preview = await service.postJson(`${broadcasts}/preview`, body);
  report.check(preview, {
    status: 200,
    holds: json(preview).matching === CLASS,
    says: `matching: ${CLASS}; nothing is sent`,
  });

  const started = await service.postJson(broadcasts, body);
  const { id, status } = json(started);
  report.check(started, { status: 201, holds: status === 'running', says: 'status: running' });

  const events = await service.get(`${broadcasts}/${id}/events`);
  const progress = lastEvent(events.text);
  report.check(events, {
    status: 200,
    holds: progress.status === 'finished' && progress.sent === CLASS,
    says: `its progress, as it changes, until status: finished, sent: ${CLASS}`,
  });

  const page = await service.get(`${world.url}/courses/${course}/broadcasts/${id}`);
  report.check(page, {
    status: 200,
    holds: page.text.includes('已完成'),
    says: 'the page for it says 已完成 (finished)',
  });
}

/**
 * Some of the class have accepted in the mini-program as well: each is told their own
 * seat, and who has not accepted gets nothing.
 */
export async function remindInMiniProgram(stage: Stage, course: number): Promise<void> {
  const { world, report, service } = stage;
  const students = [1, 2, 3].map((number) => `student-${course}-${number}`);
  for (const student of students)
    await (await ChannelVisitor.at(stage, { name: 'mini-subscribe', appId, templateId }, student)).play(
      'accept',
      '签名推送',
      1,
    );

  const recipients: { openid: string; fields: { seat: number } }[] = [];
  for (const [index, person] of students.entries()) {
    const known = await service.get(withQuery(world.simulatorUrl, '/_simulator/openid', { person, appId }));
    recipients.push({ openid: String(json(known).openid), fields: { seat: index + 1 } });
  }
  const data = { thing1: { value: '考试座位 {{seat}}' }, time2: { value: '2026年11月21日 8:50' } };
  const broadcasts = `${world.url}/weixin/broadcasts`;
  const nobody = { openid: 'oNobody', fields: { seat: 4 } };
  const body = {
    appId,
    templateId,
    data,
    page: 'pages/exam?seat={{seat}}',
    recipients: [...recipients, nobody],
  };
  const started = await service.postJson(broadcasts, body);
  const { id, channel } = json(started);
  report.check(started, { status: 201, holds: channel === 'mini-subscribe', says: `channel: ${channel}` });

  const events = await service.get(`${broadcasts}/${id}/events`);
  const { status, sent, noGrant } = lastEvent(events.text);
  report.check(events, {
    status: 200,
    holds: status === 'finished' && sent === students.length && noGrant === 1,
    says: `status: ${status}, sent: ${sent}, noGrant: ${noGrant}`,
  });

  const [{ openid }] = recipients;
  const inbox = await service.get(withQuery(world.simulatorUrl, '/_simulator/inbox', { openid }));
  const cards = JSON.parse(inbox.text) as { content?: { value?: string }; page?: string }[];
  report.check(inbox, {
    status: 200,
    holds: cards.length === 1 && cards[0].page === 'pages/exam?seat=1',
    says: `in the Service Notifications of ${students[0]}: ${cards[0]?.content?.value?.replaceAll('\n', ' · ')}`,
  });
}

/** Of a body of server-sent events. */
function lastEvent(text: string): Record<string, unknown> {
  const [data = '{}'] = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => json).slice(-1);
  return JSON.parse(data);
}
