import 'reflect-metadata';
import { answersOf } from './subscribe-result.js';

const ASKED = ['T1', 'T2'];
const read = (result: object) => Object.fromEntries(answersOf(result, ASKED));
const ok = { errMsg: 'requestSubscribeMessage:ok' };
const details = (statuses: object) =>
  Object.fromEntries(Object.entries(statuses).map(([id, status]) => [id, JSON.stringify({ status })]));

describe('what wx.requestSubscribeMessage answers', () => {
  it.each([
    ['accept', 'confirmed'],
    ['acceptWithAudio', 'confirmed'],
    ['acceptWithAlert', 'confirmed'],
    ['reject', 'cancelled'],
    ['ban', 'cancelled'],
    ['filter', 'cancelled'],
    // Whatever the platform may say one day.
    ['Accept', 'cancelled'],
    ['accepted', 'cancelled'],
    ['', 'cancelled'],
  ])('takes %p for %s', (status, answer) => {
    expect(read({ ...ok, T1: status, T2: 'accept' })).toEqual({ T1: answer, T2: 'confirmed' });
  });

  it('takes a template that is missing for cancelled', () => {
    expect(read({ ...ok, T2: 'accept' })).toEqual({ T1: 'cancelled', T2: 'confirmed' });
    expect(read(ok)).toEqual({ T1: 'cancelled', T2: 'cancelled' });
  });

  it.each([
    { errMsg: 'requestSubscribeMessage:fail 用户关闭了订阅', errCode: 20004 },
    { errMsg: 'requestSubscribeMessage:fail can only be invoked by user TAP gesture.' },
    { errCode: 10002 },
    { errCode: '10005' },
    { ...ok, errCode: 20005, T1: 'accept' },
    { errMsg: 'requestSubscribeMessage:fail', T1: 'accept' },
    { ...ok, errCode: { code: 0 }, T1: 'accept' },
  ])('takes a failure for cancelled: %j', (result) => {
    expect(read(result)).toEqual({ T1: 'cancelled', T2: 'cancelled' });
  });

  it('ignores what it holds besides', () => {
    expect(read({ ...ok, errCode: 0, errno: 0, T1: 'accept', scope: 'all', more: { T3: 'accept' } })).toEqual(
      {
        T1: 'confirmed',
        T2: 'cancelled',
      },
    );
  });

  it.each(['accept', 'acceptWithAlert', 'reject', 'ban', 'filter'])(
    'refuses "%s" for a template that was not asked for',
    (status) => {
      expect(() => read({ ...ok, T1: 'accept', T3: status })).toThrow('templateId of the answer');
    },
  );

  it.each([
    [{}, 'result holds neither'],
    [{ detail: { ...ok, T1: 'accept' } }, 'result holds neither'],
    [{ ...ok, T1: true }, 'result.T1 must be text such as "accept", got true'],
    [{ ...ok, T1: { status: 'accept' } }, 'result.T1 must be text such as "accept", got an object'],
  ])('refuses %j', (result, says) => {
    expect(() => read(result)).toThrow(says);
  });
});

describe('what <wx-open-subscribe> answers', () => {
  const success = (subscribeDetails: unknown) => ({ errMsg: 'subscribe:ok', subscribeDetails });

  it.each([
    ['accept', 'confirmed'],
    ['reject', 'cancelled'],
    ['cancel', 'cancelled'],
    ['filter', 'cancelled'],
  ])('takes %p for %s, in JSON text or parsed', (status, answer) => {
    const expected = { T1: answer, T2: 'confirmed' };
    const statuses = { T1: status, T2: 'accept' };
    expect(read(success(JSON.stringify(details(statuses))))).toEqual(expected);
    expect(read(success(details(statuses)))).toEqual(expected);
    expect(read(success({ T1: { status }, T2: { status: 'accept' } }))).toEqual(expected);
  });

  it('takes a template that is missing, and every failure, for cancelled', () => {
    expect(read(success(details({ T2: 'accept' })))).toEqual({ T1: 'cancelled', T2: 'confirmed' });
    expect(read({ errMsg: 'subscribe:fail', errCode: 20001 })).toEqual({ T1: 'cancelled', T2: 'cancelled' });
    expect(read({ ...success(details({ T1: 'accept' })), errCode: 10005 })).toMatchObject({
      T1: 'cancelled',
    });
  });

  it('counts nothing that stands beside the details', () => {
    expect(read({ ...success('{}'), T1: 'accept' })).toEqual({ T1: 'cancelled', T2: 'cancelled' });
  });

  it.each([
    [details({ T1: 'accept', T3: 'accept' }), 'templateId of the answer'],
    [{ T3: 'not JSON' }, 'templateId of the answer'],
    ['accept', 'result.subscribeDetails must be an object, or its JSON text, got other text (6 characters)'],
    ['[{"T1":1}]', 'result.subscribeDetails must be an object'],
    [['T1'], 'result.subscribeDetails must be an object, or its JSON text, got a list'],
    [7, 'result.subscribeDetails must be an object, or its JSON text, got 7'],
    [{ T1: 'accept' }, 'result.subscribeDetails.T1 must be an object, or its JSON text'],
    [{ T1: '{}' }, 'result.subscribeDetails.T1.status must be text such as "accept", got nothing'],
    ['['.repeat(50_000), 'result.subscribeDetails must be an object'],
  ])('refuses %.60j', (given, says) => {
    expect(() => read(success(given))).toThrow(says);
  });
});
