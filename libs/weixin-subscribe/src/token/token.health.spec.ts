import { upOrDown } from './token.health.js';

it('is up or down for terminus 11, and keeps the rest', () => {
  expect(
    upOrDown({
      well: { status: 'up', accounts: [] },
      ill: { status: 'degraded', message: 'the last refresh failed' },
      gone: { status: 'down', message: 'no token' },
    }),
  ).toEqual({
    well: { status: 'up', accounts: [] },
    ill: { status: 'up', degraded: true, message: 'the last refresh failed' },
    gone: { status: 'down', message: 'no token' },
  });
});
