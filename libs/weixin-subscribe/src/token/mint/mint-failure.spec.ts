import { TokenUnavailableError } from '../token.errors.js';
import { failureRefusal, type MintFailure, mintFailure } from './mint-failure.js';

const NOW = Date.UTC(2026, 10, 20, 4);

/** The pauses, in seconds, after that many failures in a row. */
function pauses(error: TokenUnavailableError, times: number): number[] {
  const found: number[] = [];
  let last: MintFailure | undefined;
  for (let n = 0; n < times; n++) {
    last = mintFailure(error, last, NOW);
    found.push((last.until - NOW) / 1000);
  }
  return found;
}

it('waits twice as long after each failure, a minute at most', () => {
  const refused = new TokenUnavailableError('no usable response', undefined, { mayHaveMinted: true });
  expect(pauses(refused, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

it('waits ten seconds at most where no connection was there: who starts what listens does not wait for a minute', () => {
  const unreached = new TokenUnavailableError('ECONNREFUSED', undefined, { isUnreached: true });
  expect(pauses(unreached, 6)).toEqual([1, 2, 4, 8, 10, 10]);
  expect(pauses(unreached.later(5), 6)).toEqual([5, 5, 5, 8, 10, 10]);
});

it('says when it was asked, so that what is true no more is not taken for news', () => {
  const failure = mintFailure(new TokenUnavailableError('could not be reached'), undefined, NOW);
  expect(failureRefusal(failure, NOW + 500)).toMatchObject({
    message:
      'could not be reached; asked at 2026-11-20T04:00:00.000Z, and not again before 2026-11-20T04:00:01.000Z',
    retryAfterSeconds: 1,
  });
  expect(failureRefusal(failure, NOW + 1000)).toBeUndefined();
});
