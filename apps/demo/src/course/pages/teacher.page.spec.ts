import { COURSES } from '../course.catalog.js';
import { outcomeOfCode, outcomeOfMessage } from '../reminder.outcome.js';
import { renderTeacherPage } from './teacher.page.js';

const HOSTILE = `"'><script>alert(1)</script>`;
const at = new Date('2026-11-20T00:50:00Z');

function page(given: Partial<Parameters<typeof renderTeacherPage>[0]> = {}): string {
  return renderTeacherPage({
    course: COURSES[0],
    people: [],
    audiences: [],
    broadcasts: [],
    idempotencyKey: 'key',
    ...given,
  });
}

function person(given: object = {}) {
  const grant = { id: 'g1', status: 'spent', source: 's', grantedAt: at, closedAt: at, claimedBy: 'm1' };
  const key = { appId: 'wx1', openid: 'o1', templateId: 'T1', scene: 42, channel: 'one-time' };
  return { ...key, flow: 'web', available: 1, grants: [{ ...key, ...grant }], ...given } as never;
}

describe('the page of a teacher', () => {
  it('shows hostile text as text, wherever it comes from', () => {
    const html = page({
      course: {
        ...COURSES[0],
        name: HOSTILE,
        englishName: HOSTILE,
        room: HOSTILE,
        englishRoom: HOSTILE,
        startsAt: HOSTILE,
      },
      outcome: outcomeOfCode(HOSTILE),
      people: [person({ appId: HOSTILE, openid: HOSTILE, templateId: HOSTILE })],
      idempotencyKey: HOSTILE,
    });
    expect(html).not.toContain('<script');
    expect(html).not.toContain(`"'>`);
    expect(html).toContain('&lt;script&gt;');
  });

  it('offers the button only for people who may be reminded, each with a key of its own', () => {
    const html = page({
      people: [person(), person({ openid: 'o2' }), person({ openid: 'o3', available: 0 })],
    });
    expect(html.match(/<button/g)).toHaveLength(2);
    expect(html).toContain('value="key-0"');
    expect(html).toContain('value="key-1"');
    expect(html).toContain('不可提醒');
  });

  it('tells the history in the time of the courses', () => {
    const html = page({ people: [person()] });
    expect(html).toMatch(/<strong>已提醒<\/strong>/);
    expect(html).toContain('8:50:00');
    expect(html).toContain('m1');
  });

  it.each(['sent', 'refused', 'failed', 'unknown', 'sending'] as const)('tells the outcome %s', (status) => {
    const outcome = outcomeOfMessage({ status } as never);
    const html = page({ outcome });
    expect(html).toContain(outcome.meaning.zh);
  });

  it("tells WeChat's code with its remedy", () => {
    const html = page({ outcome: outcomeOfMessage({ status: 'refused', errcode: 43101 } as never) });
    expect(html).toContain('errcode 43101');
    expect(html).toContain('微信拒绝');
  });
});
