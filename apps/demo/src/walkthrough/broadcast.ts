import { courseAt } from '../course/course.catalog.js';
import { reminderOf } from '../course/reminder.content.js';
import { grantKeyFor } from './grant-key.js';
import { json, type Stage } from './stage.js';

const CLASS = 40;

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

/** Of a body of server-sent events. */
function lastEvent(text: string): Record<string, unknown> {
  const [data = '{}'] = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => json).slice(-1);
  return JSON.parse(data);
}
