import { toPushEvent } from './to-push-event.js';

describe('the moment that a push names', () => {
  const moment = (CreateTime: unknown) =>
    toPushEvent({
      ...{ id: '1', appId: 'wx1', name: 'text', openid: 'o1', receivedAt: new Date(0) },
      fields: { CreateTime },
    }).createdAt;

  it.each([1763611200, '1763611200'])('is read from %p', (value) => {
    expect(moment(value)).toEqual(new Date(1763611200_000));
  });

  it.each<unknown>([undefined, null, '', 'x', -1, 1e12, true, [], { toString: 'x' }, { valueOf: 1 }])(
    'is none in %p',
    (value) => {
      expect(moment(value)).toBeUndefined();
    },
  );
});
