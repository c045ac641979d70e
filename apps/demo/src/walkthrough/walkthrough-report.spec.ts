import type { Reply } from './browser.js';
import { StepFailed, WalkthroughReport } from './walkthrough-report.js';

const reply = (status: number, text = ''): Reply => ({
  method: 'GET',
  url: new URL('http://127.0.0.1:3000/weixin/grants?openid=o1'),
  status,
  setsCookie: false,
  text,
});

function report() {
  const lines: string[] = [];
  return {
    lines,
    report: new WalkthroughReport((line) => lines.push(line), false, { 'http://127.0.0.1:3000': 'demo' }),
  };
}

describe('the report of the walkthrough', () => {
  it('shows what came back, without the query', () => {
    const { lines, report: walkthrough } = report();
    walkthrough.step('Record');
    walkthrough.check(reply(200), { status: 200, says: 'available: 1' });
    expect(lines[0]).toBe(' 1  Record');
    expect(lines[1]).toMatch(/^ {4}✓ GET {2}demo\/weixin\/grants +200 {2}available: 1$/);
    expect(walkthrough.summary).toBe('1 steps, 1 answers, all as expected');
  });

  it.each([
    ['another status', reply(500, 'oops'), { status: 200, says: 'available: 1' }],
    ['another content', reply(200, 'oops'), { status: 200, holds: false, says: 'available: 1' }],
  ])('says what was expected and what came instead: %s', (_what, got, expected) => {
    const { lines, report: walkthrough } = report();
    expect(() => walkthrough.check(got, expected)).toThrow(StepFailed);
    expect(lines.join('\n')).toContain('expected 200: available: 1');
    expect(lines.join('\n')).toContain(`got      ${got.status}: oops`);
  });
});
