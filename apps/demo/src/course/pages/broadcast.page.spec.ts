import type { PauseCause } from 'nestjs-weixin-subscribe';
import { durationOf, liveViewOf } from '../broadcast/live-view.js';
import { COURSES } from '../course.catalog.js';
import { renderBroadcastPage } from './broadcast.page.js';
import { renderBroadcastPreviewPage } from './broadcast-preview.page.js';

const HOSTILE = `"'><script>alert(1)</script>`;
const at = new Date('2026-11-20T00:50:00Z');

function progress(given: object = {}) {
  const counts = { claimed: 0, inFlight: 0, sent: 0, refused: 0, failed: 0, unknown: 0, noGrant: 0 };
  return { id: 'b1', status: 'running', total: 10, remaining: 10, rate: 0, ...counts, ...given } as never;
}

function page(given: object = {}, counts: object = {}): string {
  const broadcast = { id: 'b1', status: 'running', createdAt: at, content: { title: '上课提醒' }, ...given };
  return renderBroadcastPage({
    course: COURSES[0],
    broadcast: broadcast as never,
    progress: progress({ ...given, ...counts }),
  });
}

describe('the page of a broadcast', () => {
  it('shows hostile text as text, wherever it comes from', () => {
    const paused = { status: 'paused', pauseCause: 'refused', reason: HOSTILE, id: HOSTILE };
    const html = page({ ...paused, content: { title: HOSTILE } });
    const preview = renderBroadcastPreviewPage({
      ...{ course: COURSES[0], appId: HOSTILE, templateId: HOSTILE, idempotencyKey: HOSTILE },
      preview: {
        matching: 1,
        samples: [{ openid: HOSTILE, content: { title: HOSTILE, content: { value: HOSTILE } } }],
      },
    });
    for (const text of [html, preview]) {
      expect(text).not.toContain('<script>alert');
      expect(text).not.toContain(`"'>`);
      expect(text).toContain('&lt;script&gt;');
    }
  });

  it.each([
    'person',
    'quota',
    'quiet-hours',
    'refused',
    'account',
    'trouble',
    'renderer',
  ] satisfies PauseCause[])('says what a pause by %s means, and when it goes on', (pauseCause) => {
    const html = page({ status: 'paused', pauseCause, resumesAt: at });
    expect(html).toMatch(/已暂停.*class="notice.*<strong>[^<]+。<\/strong>.*自动继续.*8:50:00/s);
    expect(html).toContain('/resume"');
    expect(html).not.toContain('/pause"');
  });

  it.each([
    ['running', 0, ['pause', 'cancel'], true],
    ['scheduled', 0, ['pause', 'cancel'], true],
    ['paused', 0, ['resume', 'cancel'], true],
    ['cancelled', 3, [], true],
    ['cancelled', 0, [], false],
    ['finished', 0, [], false],
  ] as const)(
    'offers what can be done while it is %s, with %i in flight',
    (status, inFlight, does, isLive) => {
      const html = page({ status }, { claimed: 3, inFlight });
      expect([...html.matchAll(/action="[^"]*\/(\w+)"/g)].map(([, action]) => action)).toEqual(does);
      expect(html.includes('data-live')).toBe(isLive);
      expect(html.includes('<script>')).toBe(isLive);
      expect(html.includes('outcome.csv')).toBe(!isLive);
    },
  );
});

describe('what changes on it', () => {
  it('counts who has an outcome, and makes room for who confirms while it runs', () => {
    expect(liveViewOf(progress({ claimed: 8, inFlight: 3, sent: 5 }))).toMatchObject({ done: 5, all: 10 });
    expect(liveViewOf(progress({ claimed: 12, inFlight: 0, sent: 12 }))).toMatchObject({ done: 12, all: 12 });
    expect(liveViewOf(progress({ claimed: 6, inFlight: 0, sent: 6, noGrant: 4 }))).toMatchObject({
      done: 10,
    });
  });

  it.each([
    [0, '0 秒'],
    [95, '1 分 35 秒'],
    [3600, '1 小时 0 分'],
    [90_061, '25 小时 1 分'],
  ])('says %i seconds', (seconds, says) => expect(durationOf(seconds)).toBe(says));
});
