import { COURSES } from '../course.catalog.js';
import { renderCoursePage } from './course.page.js';

const HOSTILE = `"'><script>alert(1)</script>`;

it('shows hostile text as text, wherever it comes from', () => {
  const html = renderCoursePage({
    course: {
      ...COURSES[0],
      name: HOSTILE,
      englishName: HOSTILE,
      room: HOSTILE,
      englishRoom: HOSTILE,
      startsAt: HOSTILE,
    },
    askUrl: `/weixin/authorize?${HOSTILE}`,
    subscribe: HOSTILE,
  });
  expect(html).not.toContain('<script');
  expect(html).not.toContain(`"'>`);
  expect(html).toContain('&lt;script&gt;');
});

it.each([
  ['who has not asked', undefined, '提醒我', 'button"'],
  ['who came back without', 'cancelled', '提醒我', 'button"'],
  ['who has subscribed', 'confirmed', '重新订阅', 'button second"'],
])('asks one %s', (_who, subscribe, says, button) => {
  const html = renderCoursePage({ course: COURSES[0], askUrl: '/weixin/authorize', subscribe });
  expect(html).toMatch(new RegExp(`class="${button}[^>]*>${says}`));
  expect(html.match(/class="button/g)).toHaveLength(1);
});
