const shanghai = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** In the time of the courses. */
export function inShanghai(moment: Date): string {
  return shanghai.format(moment);
}
