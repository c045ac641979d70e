import type { Course } from './course.catalog.js';

/** What everybody who asked is told, one by one or all at once. */
export function reminderOf({ name, startsAt, room, number }: Course, publicBaseUrl: string) {
  return {
    title: '上课提醒',
    content: { value: `${name} ${startsAt} 开始\n${room}`, color: '#173177' },
    url: new URL(`/courses/${number}`, publicBaseUrl).href,
  };
}
